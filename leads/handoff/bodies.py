"""What each action is told, as its body in the API. Codes and dates are judged by the actions."""

from rest_framework import serializers

from leadbridge.people.calls import Body, Words


def code(*, required: bool = True) -> Words:
    """A coded word; the action knows which there are."""
    return Words(longest=60, lines=False, required=required)


class Nothing(Body):
    """An empty object, or no body at all."""


class SubmitBody(Body):
    override_reason = Words(required=False, help_text="Why it goes to sales without a yes.")
    as_named = serializers.BooleanField(
        required=False,
        help_text="To whom sales said it belongs when it said no; 409 `not_named` otherwise.",
    )


def _named(help_text: str, longest: int = 80) -> Words:
    return Words(longest=longest, lines=False, required=False, help_text=help_text)


class EvidenceBody(Body):
    """What a reason asks for (its `asks`), by the names of `leads.handoff.evidence.Evidence`."""

    lead = _named("asks `lead` or `account`: the other lead, 12 or L-12.")
    company = _named("asks `account`: a company that is kept, by name or number.", 200)
    to = _named("asks `owner`: a user name or number.", 150)
    team = _named("asks `owner`: a slug.")
    field = _named("asks `field`: as `phone`, `title` or `attributes.KEY`.")
    kind = _named("asks `kind`: the code of one of its kinds.")
    rival = _named("asks `rival`: whom they chose; why is the comment.", 200)
    manager = _named("asks `manager`: a user name or number; the caller, who may.", 150)


class NurtureBody(Body):
    review_on = serializers.DateField()


class RejectBody(EvidenceBody):
    reason = code()
    criterion = code(required=False)
    comment = Words(required=False)


class RecycleBody(EvidenceBody):
    reason = code()
    return_on = serializers.DateField()
    quote = Words(help_text="The prospect's words, or “none”.")


class LoseBody(EvidenceBody):
    """A coded reason, with words where it asks for them."""

    reason = code()
    comment = Words(required=False)


class DisqualifyBody(LoseBody):
    """After a conversation their words belong to it."""

    quote = Words(required=False, help_text="The prospect's words, or “none”.")


class WaiveBody(Body):
    because = Words(help_text="Why the remaining attempts need not be made.")


class QualifyBody(Body):
    value = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    close_on = serializers.DateField()


class WinBody(Body):
    value = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)


class ReassignBody(Body):
    to = Words(
        longest=150, lines=False, allow_blank=True,
        help_text="A user name or number; null gives it to the pool of the team.",
    )  # fmt: skip
    team = Words(longest=80, lines=False, required=False, help_text="A slug; the present one.")
    cause = Words()


class DisputeBody(Body):
    because = Words(help_text="Why it meets the definition.")


class ReopenBody(Body):
    cause = Words()


class MergeBody(Body):
    into = Words(longest=24, lines=False, help_text="The lead that goes on: 12 or L-12.")

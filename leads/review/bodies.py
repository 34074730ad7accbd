"""What the calls about disputes and reasons are told and answer."""

from typing import Any

from rest_framework import serializers

from leadbridge.people.calls import Body, Words
from leads.handoff.bodies import EvidenceBody

ASKS = (
    "comment, criterion, lead, account, owner, field, kind, rival, manager, or nothing: what else "
    "whoever chooses it names"
)


class ReasonBody(Body):
    """What a code asks for and whom it counts against never changes later."""

    action = Words(longest=12, lines=False, help_text="reject, recycle, disqualify or lose")
    code = Words(longest=30, lines=False)
    label = Words(longest=80, lines=False)  # type: ignore[assignment]  # a field of this name
    asks = Words(longest=9, lines=False, required=False, help_text=ASKS)
    needs_words = serializers.BooleanField(required=False)
    needs_attempts = serializers.BooleanField(required=False)
    against = Words(
        longest=9, lines=False, required=False, help_text="marketing, sales or nobody (default)"
    )
    next_step = Words(longest=200, lines=False, required=False)
    position = serializers.IntegerField(required=False, min_value=0, max_value=999)


class ReasonPatch(Body):
    """What is left out stays."""

    label = Words(longest=80, lines=False, required=False)  # type: ignore[assignment]  # a field
    next_step = Words(longest=200, lines=False, required=False)
    position = serializers.IntegerField(required=False, min_value=0, max_value=999)
    retired = serializers.BooleanField(required=False)


class RecodeBody(EvidenceBody):
    reason = Words(longest=30, lines=False, help_text="A code of the same action.")
    criterion = Words(longest=60, lines=False, required=False)
    because = Words()


class KindBody(Body):
    """One of the kinds between which a reason is told apart; its code never changes."""

    code = Words(longest=30, lines=False)
    label = Words(longest=80, lines=False)  # type: ignore[assignment]  # a field of this name
    position = serializers.IntegerField(required=False, min_value=0, max_value=999)


class KindPatch(Body):
    """What is left out stays."""

    label = Words(longest=80, lines=False, required=False)  # type: ignore[assignment]  # a field
    position = serializers.IntegerField(required=False, min_value=0, max_value=999)
    retired = serializers.BooleanField(required=False)


class KindAnswer(serializers.Serializer[Any]):
    """One kind of a reason that asks for one."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    position = serializers.IntegerField()
    retired_at = serializers.DateTimeField(allow_null=True)


class ReasonAnswer(serializers.Serializer[Any]):
    """A code for `reject`, `recycle`, `disqualify` or `lose`, and what it asks for."""

    action = serializers.CharField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    asks = serializers.CharField(allow_null=True, help_text=ASKS)
    kinds = KindAnswer(many=True)
    needs_words = serializers.BooleanField(
        help_text="After a conversation: the prospect's words, or “none”."
    )
    needs_attempts = serializers.BooleanField(
        help_text="Only once the agreed attempts are made or waived."
    )
    against = serializers.CharField(help_text="marketing, sales or nobody")
    next_step = serializers.CharField(help_text="What marketing does next.")
    position = serializers.IntegerField()
    retired_at = serializers.DateTimeField(
        allow_null=True, help_text="It stays readable and cannot be chosen since then."
    )


class SaidAnswer(serializers.Serializer[Any]):
    """What one side says; `verdict` and `who` are blank where it has not ruled."""

    side = serializers.CharField()
    who = serializers.CharField()
    verdict = serializers.CharField()
    words = serializers.CharField()


class DisputeAnswer(serializers.Serializer[Any]):
    """One contested rejection; with an outcome it is a precedent."""

    id = serializers.IntegerField()
    lead = serializers.IntegerField()
    ref = serializers.CharField()
    at = serializers.DateTimeField()
    open = serializers.BooleanField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="When both have to have ruled.")
    reason = serializers.CharField()
    criterion = serializers.CharField()
    detail = serializers.CharField(help_text="What the reason asked for, as in a lead.")
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    outcome = serializers.CharField(allow_null=True, help_text="upheld, overturned or split")
    settled_at = serializers.DateTimeField(allow_null=True)
    rejected = SaidAnswer()
    disputed = SaidAnswer()
    rulings = SaidAnswer(many=True)


class TallyLine(serializers.Serializer[Any]):
    """Settled disputes of one criterion, source or person; `n` is all of them."""

    key = serializers.CharField()
    name = serializers.CharField()
    n = serializers.IntegerField()
    upheld = serializers.IntegerField()
    overturned = serializers.IntegerField()
    split = serializers.IntegerField()
    share = serializers.FloatField(
        allow_null=True, help_text="Overturned, in percent; null below 10."
    )
    interval = serializers.ListField(
        child=serializers.FloatField(), allow_null=True, help_text="95 %, from 10 to 29."
    )


class TallyAnswer(serializers.Serializer[Any]):
    """How disputes were settled."""

    by = serializers.CharField()
    lines = TallyLine(many=True)


class RecodedAnswer(serializers.Serializer[Any]):
    """The event that tells of it."""

    id = serializers.IntegerField()
    event = serializers.IntegerField(help_text="The decision.")
    was = serializers.CharField()
    reason = serializers.CharField()

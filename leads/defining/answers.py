"""What the calls of the definition are told and answer."""

from typing import Any

from rest_framework import serializers

from leadbridge.people import document_calls as calls
from leadbridge.people.calls import Body, Words
from leads.definition.own_fields import LONGEST_LABEL, TYPES
from leads.definition.remarks import LONGEST_REMARK


class TriggerAnswer(serializers.Serializer[Any]):
    """One reason to look again, with its figure; `fires` where the limit is passed."""

    name = serializers.CharField()
    figure = serializers.CharField()
    limit = serializers.CharField()
    fires = serializers.BooleanField()


class DefinitionDetail(calls.DocumentDetail):
    """A version of the definition. `changes`: against the version in force while it is not in
    force itself, else against the one it followed; `triggers`: of the version in force."""

    changes = calls.ChangeAnswer(many=True)
    triggers = TriggerAnswer(many=True)
    caution = serializers.CharField(
        help_text="Of a draft: what its backtest warns of, or that it has none; else empty."
    )
    vanished = serializers.ListField(
        child=serializers.CharField(),
        help_text="Criteria that ask for a field which leads no longer have, a sentence each.",
    )


class CriterionAnswer(serializers.Serializer[Any]):
    """What became of one criterion. `points`: what it gave; `evidence`: what is known, in words."""

    id = serializers.CharField()
    sentence = serializers.CharField()
    kind = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["met", "not_met", "unknown"])
    points = serializers.FloatField()
    evidence = serializers.CharField()


class VerdictAnswer(serializers.Serializer[Any]):
    """What a version says of a lead. `missing`: the fields that a person has to be asked for."""

    verdict = serializers.ChoiceField(choices=["yes", "no", "unknown"])
    fit = serializers.FloatField()
    interest = serializers.FloatField()
    tier = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    because = serializers.CharField()
    criteria = CriterionAnswer(many=True)


class CheckBody(serializers.Serializer[Any]):
    """A lead's fields, as `POST leads/` takes them; all optional. What cannot be read as its
    field's type is unknown."""

    email = serializers.CharField(required=False)
    phone = serializers.CharField(required=False)
    first_name = serializers.CharField(required=False)
    last_name = serializers.CharField(required=False)
    title = serializers.CharField(required=False)
    company = serializers.CharField(required=False)
    country = serializers.CharField(required=False)
    employees = serializers.IntegerField(required=False)
    industry = serializers.CharField(required=False)
    source = serializers.CharField(required=False)  # type: ignore[assignment]
    campaign = serializers.CharField(required=False)
    value = serializers.FloatField(required=False)
    message = serializers.CharField(required=False)
    request = serializers.CharField(required=False, help_text="demo, price, contact or trial")
    acted_at = serializers.DateTimeField(required=False, help_text="Interest decays from then on.")
    attributes = serializers.DictField(required=False, help_text="Own fields, by key.")


class RemarkBody(Body):
    """What one says on a version."""

    text = Words(longest=LONGEST_REMARK)


class RemarkAnswer(serializers.Serializer[Any]):
    """What somebody said on a version."""

    id = serializers.IntegerField()
    by = serializers.CharField(help_text="User name.")
    at = serializers.DateTimeField()
    text = serializers.CharField()


class FieldBody(Body):
    """A new field."""

    key = Words(longest=40, lines=False, help_text="Small letters, digits and _; never changes.")
    label = Words(longest=LONGEST_LABEL, lines=False)  # type: ignore[assignment]
    type = Words(longest=10, lines=False, help_text=f"One of {', '.join(TYPES)}.")
    choices = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Only of a choice."
    )
    on_forms = serializers.BooleanField(required=False, help_text="Ask for it in hosted forms.")


class FieldChange(Body):
    """Only what is named changes."""

    label = Words(longest=LONGEST_LABEL, lines=False, required=False)  # type: ignore[assignment]
    choices = serializers.ListField(child=serializers.CharField(), required=False)
    on_forms = serializers.BooleanField(required=False)


class FieldAnswer(serializers.Serializer[Any]):
    """A field of this organisation: values go under `attributes` of a lead, by this key."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    type = serializers.ChoiceField(choices=list(TYPES.items()))
    choices = serializers.ListField(child=serializers.CharField())
    on_forms = serializers.BooleanField()
    criterion_field = serializers.CharField(help_text="The name by which criteria know it.")
    retired_at = serializers.DateTimeField(allow_null=True)

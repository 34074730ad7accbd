"""What the calls about the quarantine are told and answer."""

from typing import Any

from rest_framework import serializers

from leadbridge.people.calls import Body, Words
from leads.intake.quarantine.models import LONGEST_REASON, Origin, State


class DiscardBody(Body):
    """Why it never becomes a lead."""

    reason = Words(longest=LONGEST_REASON, lines=False)


class QuarantinedAnswer(serializers.Serializer[Any]):
    """Something that could not be taken."""

    id = serializers.IntegerField()
    ref = serializers.CharField()
    state = serializers.CharField(help_text=", ".join(State.values))
    origin = serializers.CharField(help_text=", ".join(Origin.values))
    place = serializers.CharField(help_text="Which form, file and row, or endpoint.")
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]  # a field of this name
        child=serializers.ListField(child=serializers.CharField())
    )
    told = serializers.DictField(
        help_text="What was understood of it, by the names of `POST leads/`."
    )
    owner = serializers.CharField(allow_null=True, help_text="Null: the head of marketing.")
    times = serializers.IntegerField(help_text="How often the same was sent.")
    received_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    overdue = serializers.BooleanField()
    settled_at = serializers.DateTimeField(allow_null=True)
    settled_by = serializers.CharField(allow_null=True)
    reason = serializers.CharField(help_text="Why it was discarded.")
    lead = serializers.CharField(allow_null=True, help_text="The lead it became or joined.")


class QuarantinedDetail(QuarantinedAnswer):
    """With the bytes as they were sent."""

    content_type = serializers.CharField()
    raw = serializers.CharField(help_text="Base64.")

"""The same answers as `representation` writes, described for the OpenAPI schema."""

from typing import Any

from rest_framework import serializers

from leads.handoff.stages import Action, Stage

AN_INSTANT: dict[str, Any] = {"allow_null": True}


class PersonAnswer(serializers.Serializer[Any]):
    """Whom to reach, and how."""

    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField(help_text="E.164 where it is international.")


class QualificationAnswer(serializers.Serializer[Any]):
    """What the definition said, and which version of it."""

    definition = serializers.IntegerField(allow_null=True, help_text="Number of the version.")
    verdict = serializers.CharField(allow_null=True, help_text="yes, no, unknown; null: not judged")
    fit = serializers.IntegerField(allow_null=True)
    interest = serializers.IntegerField(allow_null=True)
    tier = serializers.IntegerField(allow_null=True)
    overridden = serializers.BooleanField(help_text="It went to sales without a yes.")


class NextClockAnswer(serializers.Serializer[Any]):
    """The promise that is due next."""

    kind = serializers.CharField()
    due_at = serializers.DateTimeField()
    state = serializers.ChoiceField(
        choices=[("on_track", "on_track"), ("at_risk", "at_risk"), ("overdue", "overdue")]
    )


class LeadAnswer(serializers.Serializer[Any]):
    """One person's one episode of interest, and where it stands."""

    id = serializers.IntegerField()
    ref = serializers.CharField(help_text="L-12; good in every address in place of the id.")
    stage = serializers.ChoiceField(choices=[(stage.value, stage.value) for stage in Stage])
    episode = serializers.IntegerField()
    origin = serializers.CharField()
    person = PersonAnswer()
    title = serializers.CharField()
    company = serializers.CharField()
    country = serializers.CharField()
    employees = serializers.IntegerField(allow_null=True)
    industry = serializers.CharField()
    request = serializers.CharField(help_text="demo, price, contact, trial or blank")
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    campaign = serializers.CharField()
    external_id = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    close_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
    reason_criterion = serializers.CharField()
    reason_detail = serializers.CharField(
        help_text="What else the reason asks for: L-12, C-5 (a company), user-7, team-3, "
        "manager-4, field-phone, or the code of a kind."
    )
    marketing_ruling = serializers.CharField(help_text="upheld, overturned or blank")
    sales_ruling = serializers.CharField(help_text="upheld, overturned or blank")
    status_owed = serializers.BooleanField(help_text="Marketing asked how it stands, and waits.")
    open_questions = serializers.IntegerField(help_text="How many wait for marketing's reply.")
    debrief = serializers.CharField(help_text="owed, done or blank")
    paused_for = serializers.CharField(help_text="Why it is or was last paused.")
    relief = serializers.CharField(
        help_text="“surge”: handed over beyond the agreed number of a day, so the times of tier 3 "
        "hold; or blank."
    )
    marketer = serializers.CharField(help_text="A user name, as everywhere.")
    holder = serializers.CharField(allow_null=True, help_text="Null: the pool of the team.")
    holder_name = serializers.CharField(allow_null=True)
    team = serializers.CharField(help_text="A slug, as everywhere.")
    team_name = serializers.CharField()
    decision = serializers.CharField(help_text="accept, reject or blank")
    decided_by = serializers.CharField(allow_null=True)
    qualification = QualificationAnswer()
    acted_at = serializers.DateTimeField()
    captured_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(**AN_INSTANT)
    decided_at = serializers.DateTimeField(**AN_INSTANT)
    accepted_at = serializers.DateTimeField(**AN_INSTANT)
    first_touch_at = serializers.DateTimeField(**AN_INSTANT)
    last_touch_at = serializers.DateTimeField(**AN_INSTANT)
    qualified_at = serializers.DateTimeField(**AN_INSTANT)
    disputed_at = serializers.DateTimeField(**AN_INSTANT)
    closed_at = serializers.DateTimeField(**AN_INSTANT)
    changed_at = serializers.DateTimeField()
    park_until = serializers.DateTimeField(**AN_INSTANT)
    paused_until = serializers.DateTimeField(**AN_INSTANT)
    next_clock = NextClockAnswer(allow_null=True)
    actions = serializers.ListField(
        child=serializers.ChoiceField(choices=[(action.value, action.value) for action in Action]),
        help_text="What the caller may do now.",
    )


class LeadDetail(LeadAnswer):
    """One lead, with what is too long for a list."""

    message = serializers.CharField()
    attributes = serializers.DictField()
    criteria = serializers.ListField(child=serializers.DictField())
    routing = serializers.DictField()
    previous = serializers.IntegerField(allow_null=True, help_text="The episode before.")
    merged_into = serializers.IntegerField(allow_null=True)


class EventAnswer(serializers.Serializer[Any]):
    """One thing that happened to a lead."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(allow_null=True, help_text="Null: LeadBridge itself.")
    from_stage = serializers.CharField()
    to_stage = serializers.CharField()
    words = serializers.DictField(child=serializers.CharField())


# `data` is a property of every serializer, so it cannot be named in the body of the class.
EventAnswer._declared_fields["data"] = serializers.DictField()


class CustodyAnswer(serializers.Serializer[Any]):
    """Who answered for a lead from when to when."""

    holder = serializers.CharField(allow_null=True)
    team = serializers.CharField()
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    cause = serializers.CharField()

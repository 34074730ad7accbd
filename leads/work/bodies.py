"""What the calls of the work are told and answer."""

from typing import Any

from rest_framework import serializers

from leadbridge.people.calls import Body, Instant, Words
from leads.work.models import Channel, Question, Result, Verdict


def one_of(values: list[str]) -> Words:
    """A coded word; the action knows which there are."""
    return Words(longest=40, lines=False, help_text=f"One of {', '.join(values)}.")


class TouchBody(Body):
    channel = one_of(Channel.values)
    result = one_of(Result.values)
    note = Words(required=False)
    at = Instant(required=False, allow_null=True, help_text="When it happened; now by default.")
    next_at = Instant(required=False, allow_null=True, help_text="When the next step is due.")
    quote = Words(required=False, help_text="The prospect's words.")


class AskBody(Body):
    kind = one_of(Question.Kind.values)
    question = Words()


class AnswerBody(Body):
    reply = Words(help_text="Answers every question that is open.")
    last = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=1,
        help_text="The newest question you have read: where another came since, 409.",
    )


class AskStatusBody(Body):
    question = Words(required=False)


class ReportBody(Body):
    status = Words(help_text="How it stands, in words that marketing reads.")


class RuleBody(Body):
    verdict = one_of(Verdict.values)
    because = Words()


class DebriefBody(Body):
    decided = Words(help_text="What decided it.")
    learnt = Words(help_text="What we learnt.")
    advice = Words(help_text="What marketing should know.")


class PauseBody(Body):
    code = Words(longest=40, lines=False, help_text="A pause that the agreement names.")
    until = Instant(help_text="When it goes on by itself; within the agreed limit.")
    comment = Words(required=False)


class QuestionAnswer(serializers.Serializer[Any]):
    """One question, with its reply where there is one. Words go when a person is erased."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    question = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField()
    reply = serializers.CharField(allow_null=True)
    answered_by = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)


class PauseAnswer(serializers.Serializer[Any]):
    """One pause: why, from when to when, who made it, and when it was ended before its time."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field of this name
    kinds = serializers.ListField(
        child=serializers.CharField(), help_text="The clocks that it stops."
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    made_by = serializers.CharField(allow_null=True, help_text="Null: LeadBridge itself.")
    made_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)

"""What is done on the way of a lead, in the API."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from leadbridge.people.calls import ListView, Query, caller, page_of
from leadbridge.people.models import User
from leadbridge.people.schema import answers
from leads.handoff.api import LeadAction, described
from leads.handoff.models import Lead
from leads.handoff.pausing import pause_lead, resume_lead
from leads.handoff.queries import get_lead_for
from leads.work import bodies
from leads.work.actions import log_touch
from leads.work.debriefs import debrief_lead
from leads.work.questions import answer_questions, ask_question
from leads.work.representation import pause_answer, question_answer
from leads.work.rulings import rule_on_dispute
from leads.work.statuses import ask_status, report_status


@described("touch")
class Touch(LeadAction):
    """Log a call, message or meeting; on a lead that waits, it also accepts."""

    body = bodies.TouchBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return log_touch(lead_id=lead_id, actor=user, now=now, **told).lead


@described("ask")
class Ask(LeadAction):
    """Ask marketing something, or for something to send; its time to answer begins."""

    body = bodies.AskBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return ask_question(lead_id=lead_id, actor=user, now=now, **told).lead


@described("answer")
class Answer(LeadAction):
    """Reply to every question that is open on a lead."""

    body = bodies.AnswerBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return answer_questions(lead_id=lead_id, actor=user, now=now, **told)


@described("ask_status")
class AskStatus(LeadAction):
    """Ask sales how a lead stands, at most once a day; whoever holds it owes a word."""

    body = bodies.AskStatusBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return ask_status(lead_id=lead_id, actor=user, now=now, **told)


@described("report")
class Report(LeadAction):
    """Say how a lead stands that marketing asked about."""

    body = bodies.ReportBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return report_status(lead_id=lead_id, actor=user, now=now, **told)


@described("rule")
class Rule(LeadAction):
    """Say for one's side whether a disputed rejection was right; two words settle it."""

    body = bodies.RuleBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return rule_on_dispute(lead_id=lead_id, actor=user, now=now, **told)


@described("debrief")
class Debrief(LeadAction):
    """Tell of a won or lost lead what decided it, what was learnt, what marketing should know."""

    body = bodies.DebriefBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return debrief_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("pause")
class Pause(LeadAction):
    """Let what sales promised stand still until an instant, for a reason the agreement names."""

    body = bodies.PauseBody

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return pause_lead(lead_id=lead_id, actor=user, now=now, **told)


@described("resume")
class Resume(LeadAction):
    """Go on with a paused lead now."""

    def act(self, lead_id: int, user: User, now: datetime, told: dict[str, Any]) -> Lead:
        return resume_lead(lead_id=lead_id, actor=user, now=now)


class LeadQuestions(ListView):
    """What sales asked of marketing on a lead."""

    @extend_schema(
        operation_id="leads_questions",
        tags=["leads"],
        responses=answers(404, ok=bodies.QuestionAnswer(many=True)),
    )
    def get(self, request: Request, ref: str) -> Response:
        """The questions with their replies, oldest first."""
        Query(request, ()).close()
        lead = get_lead_for(caller(request), ref)
        found = lead.questions.select_related("asked_by", "answered_by", "event", "reply")
        found = found.prefetch_related("event__remarks", "reply__remarks")
        pages, rows = page_of(self, request, found)
        return pages.get_paginated_response([question_answer(row) for row in rows])


class LeadPauses(ListView):
    """When a lead stood still, and why: for everybody who may see it."""

    @extend_schema(
        operation_id="leads_pauses",
        tags=["leads"],
        responses=answers(404, ok=bodies.PauseAnswer(many=True)),
    )
    def get(self, request: Request, ref: str) -> Response:
        """The pauses, earliest first."""
        Query(request, ()).close()
        lead = get_lead_for(caller(request), ref)
        pages, rows = page_of(self, request, lead.pauses.select_related("made_by"))
        return pages.get_paginated_response([pause_answer(row) for row in rows])


ACTIONS: dict[str, type[LeadAction]] = {
    "touch": Touch,
    "ask": Ask,
    "answer": Answer,
    "ask_status": AskStatus,
    "report": Report,
    "rule": Rule,
    "debrief": Debrief,
    "pause": Pause,
    "resume": Resume,
}

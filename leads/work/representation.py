"""Questions and pauses as the API answers them."""

from leadbridge.kernel.time import utc_text
from leads.handoff.models import Event
from leads.handoff.pauses import Pause
from leads.work.models import Question


def question_answer(question: Question) -> dict[str, object]:
    """One question; its words are blank once the person was erased."""
    return {
        "id": question.pk,
        "kind": question.kind,
        "question": _words_of(question.event),
        "asked_by": question.asked_by.username,
        "asked_at": utc_text(question.asked_at),
        "reply": _words_of(question.reply) if question.reply else None,
        "answered_by": question.answered_by.username if question.answered_by else None,
        "answered_at": utc_text(question.answered_at),
    }


def _words_of(event: Event) -> str:
    return next((remark.text for remark in event.remarks.all()), "")


def pause_answer(pause: Pause) -> dict[str, object]:
    """One pause as it stands."""
    return {
        "id": pause.pk,
        "code": pause.code,
        "label": pause.label,
        "kinds": pause.kinds,
        "starts_at": utc_text(pause.starts_at),
        "ends_at": utc_text(pause.ends_at),
        "made_by": pause.made_by.username if pause.made_by else None,
        "made_at": utc_text(pause.made_at),
        "ended_at": utc_text(pause.ended_at),
    }

"""Every event of a lead in the words people would use."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, due_words
from leads.handoff.evidence import named_in
from leads.handoff.inbox import met_words
from leads.handoff.models import Lead, Remark
from leads.handoff.stages import LABELS, Action, Stage
from leads.handoff.story import Item, Telling, when_of
from leads.routing.kept import whole_of


def tell(telling: Telling) -> Iterator[Item]:
    """The entries of one event, newest first."""
    teller = TELLERS.get(telling.event.action, _decided)
    when, at = when_of(telling), local(telling.event.at, telling.zone).isoformat()
    for item in teller(telling):
        title = f"{telling.of}: {item.title}" if telling.of else item.title
        yield replace(item, title=title, when=when, at=at)


def _item(title: str, detail: str = "", *, quote: str = "", tone: str = "", kind: str = "") -> Item:
    return Item(title, "", "", detail, quote, tone, kind)


def _captured(telling: Telling) -> Iterator[Item]:
    lead, actor = telling.lead, telling.event.actor
    came = " · ".join(filter(None, (lead.source, lead.campaign)))
    title = f"Entered by {actor}" if actor else ORIGINS.get(lead.origin, "Came in")
    yield _item(title, came, quote=telling.words.get("message", ""))


ORIGINS = {
    "form": "Sent a form",
    "api": "Came in by API",
    "import": "Came in by an import",
    "reopen": "Began again",
    "provider": "Came in from another system",
}


def _joined(telling: Telling) -> Iterator[Item]:
    data = telling.event.data
    came = " · ".join(str(data[name]) for name in ("source", "campaign") if data.get(name))
    yield _item("Showed interest again", came, quote=telling.words.get("message", ""))


def _submitted(telling: Telling) -> Iterator[Item]:
    lead, overridden = telling.lead, bool(telling.event.data.get("overridden"))
    latest = telling.event.at == lead.submitted_at
    yield _item(f"Handed to {telling.receiver}", _routing_words(lead) if latest else "")
    version = f" v{lead.definition.version}" if lead.definition and latest else ""
    if telling.event.data.get("ruled"):
        yield _item("Handed over as both sides ruled", tone="ok")
    elif overridden:
        reason = telling.words.get("comment", "")
        yield _item(
            f"Handed over by {telling.who} against the definition", quote=reason, tone="risk"
        )
    else:
        sums = f"{met_words(lead)[0]} criteria · fit {lead.fit}, interest {lead.interest}"
        yield _item(
            f"Meets the qualified-lead definition{version}", sums if latest else "", tone="ok"
        )


def _routing_words(lead: Lead) -> str:
    """The rule, the turn, and why not the others."""
    routing = whole_of(lead.routing)
    rule = f"Rule “{routing['rule']}”. " if routing.get("rule") else ""
    others = "; ".join(f"{name}: {why}" for name, why in routing.get("passed_over", [])[:5])
    return f"{rule}{routing.get('because', '')}" + (f" {others}." if others else "")


def _touched(telling: Telling) -> Iterator[Item]:
    touch = getattr(telling.event, "touch", None)
    if touch is None:
        yield _item(f"{telling.who} logged a follow-up")
        return
    next_at = (
        f"Next step {due_words(local(touch.next_at, telling.zone), telling.now)}. "
        if touch.next_at
        else ""
    )
    yield _item(
        f"{touch.get_channel_display()} by {telling.who}: {touch.get_result_display().lower()}",
        f"{next_at}{telling.words.get('note', '')}",
        quote=telling.words.get("quote", ""),
        tone="ok" if touch.result in ("talked", "replied") else "",
    )


def _breached(telling: Telling) -> Iterator[Item]:
    data = telling.event.data
    due = local(datetime.fromisoformat(str(data["due_at"])), telling.zone)
    told = _answering(telling)
    yield _item(
        f"was due {due.day} {MONTHS[due.month - 1]} {due:%H:%M}",
        f"{' and '.join(told)} told by mail." if told else "",
        tone="late",
        kind=str(data.get("kind", "")),
    )


def _reminded(telling: Telling) -> Iterator[Item]:
    kind = str(telling.event.data.get("kind", ""))
    told = _answering(telling)
    if kind != "ruling":  # a dispute is owed by the managers of both sides
        told = told[:1]
    yield _item(
        "came near its time", f"{' and '.join(told)} reminded by mail.", tone="risk", kind=kind
    )


def _answering(telling: Telling) -> list[str]:
    """Who answers for a promise: its holder, then the manager; each named once."""
    people = (telling.person("holder"), telling.person("manager"))
    return list(dict.fromkeys(filter(None, people)))


def _reassigned(telling: Telling) -> Iterator[Item]:
    why = telling.words.get("comment", "")
    yield _item(f"{telling.who} gave it to {telling.receiver}", why)


def _entrusted(telling: Telling) -> Iterator[Item]:
    why = telling.words.get("comment", "")
    yield _item(f"{telling.person('to')} answers for it on marketing's side", why)


def _asked(telling: Telling) -> Iterator[Item]:
    what = " for something to send" if telling.event.data.get("kind") == "asset" else ""
    yield _item(f"{telling.who} asked marketing{what}", telling.words.get("comment", ""))


def _answered(telling: Telling) -> Iterator[Item]:
    yield _item(f"{telling.who} answered", telling.words.get("comment", ""), tone="ok")


def _status_asked(telling: Telling) -> Iterator[Item]:
    yield _item(f"{telling.who} asked how it stands", telling.words.get("comment", ""))


def _reported(telling: Telling) -> Iterator[Item]:
    yield _item(f"{telling.who} said how it stands", telling.words.get("comment", ""), tone="ok")


def _attested(telling: Telling) -> Iterator[Item]:
    signed = telling.event.data.get("initials", "")
    title = f"{telling.who} answered what the definition asks, signed {signed}"
    yield _item(title, telling.words.get("note", ""), tone="ok")


def _ruled(telling: Telling) -> Iterator[Item]:
    data = telling.event.data
    title = f"{telling.who} ruled for {data.get('side')}: {RULED.get(str(data.get('verdict')), '')}"
    yield _item(title, telling.words.get("comment", ""))


RULED = {
    "upheld": "the rejection was right",
    "overturned": "it meets the definition",
}


def _settled(telling: Telling) -> Iterator[Item]:
    title, detail, tone = SETTLED[str(telling.event.data.get("verdict"))]
    yield _item(title, detail, tone=tone)


SETTLED = {
    "overturned": (
        "Both sides overturned the rejection",
        "It may go to sales again, and counts as no override.",
        "ok",
    ),
    "upheld": ("Both sides upheld the rejection", "Marketing decides what becomes of it.", "late"),
    "split": (
        "The two sides differ, so the rejection stands",
        "Marketing decides what becomes of it.",
        "late",
    ),
}


def _recoded(telling: Telling) -> Iterator[Item]:
    of, data = str(telling.event.data.get("of")), telling.event.data
    was = telling.labels.of(of, str(data.get("was")))
    now = telling.labels.of(of, str(data.get("reason")), named_in(telling.event))
    why = telling.words.get("comment", "")
    yield _item(f"{telling.who} changed the reason", f"From “{was}” to “{now}”. {why}".strip())


def _debriefed(telling: Telling) -> Iterator[Item]:
    points = tuple(
        (label, telling.words[kind]) for kind, label in DEBRIEF.items() if kind in telling.words
    )
    yield replace(_item(f"{telling.who} told what it teaches"), points=points)


_ANSWERS = (Remark.Kind.DECIDED, Remark.Kind.LEARNT, Remark.Kind.ADVICE)
DEBRIEF = {kind.value: str(kind.label) for kind in _ANSWERS}


def _paused(telling: Telling) -> Iterator[Item]:
    pause = getattr(telling.event, "pause", None)
    if pause is None:
        return
    until = due_words(local(pause.ends_at, telling.zone), telling.now)
    words = ". ".join(filter(None, (pause.label, telling.words.get("comment", ""))))
    yield _item(f"{telling.who} paused it until {until}", words)


def _resumed(telling: Telling) -> Iterator[Item]:
    yield _item(f"{telling.who} went on with it", "The pause is over; its clock goes on.")


def _undone(telling: Telling) -> Iterator[Item]:
    undone = telling.event.data.get("undone", "")
    stage = LABELS[Stage(telling.event.to_stage)].lower()
    yield _item(
        f"{telling.who} took back: {undone}", f"Again: {stage}. Its clock goes on as before."
    )


def _merged(telling: Telling) -> Iterator[Item]:
    data = telling.event.data
    if telling.event.action == "absorb":
        yield _item(f"L-{data.get('merged')} was joined into this lead", f"By {telling.who}.")
    elif telling.event.action == "release":
        yield _item(f"L-{data.get('released')} is a lead of its own again", f"By {telling.who}.")
    else:
        yield _item(f"Joined into L-{telling.event.data.get('survivor')} by {telling.who}")


DONE = {
    Action.ACCEPT: ("{} accepted it", "ok"),
    Action.REJECT: ("{} said no", "late"),
    Action.NURTURE: ("{} parked it", ""),
    Action.QUALIFY: ("{} confirmed the opportunity", "ok"),
    Action.WIN: ("{} won it", "ok"),
    Action.LOSE: ("{} lost it", "late"),
    Action.RECYCLE: ("{} gave it back for later", ""),
    Action.DISQUALIFY: ("{} disqualified it", ""),
    Action.DISPUTE: ("{} disputed the rejection", "risk"),
    Action.WAIVE: ("{} waived the remaining attempts", ""),
    Action.REOPEN: ("{} reopened it as a new lead", ""),
    Action.ERASE: ("{} erased the person's data", ""),
}


def _decided(telling: Telling) -> Iterator[Item]:
    """A decision: who, the coded reason, and the words that came with it."""
    event = telling.event
    words, tone = DONE.get(event.action, ("{}: " + event.action, ""))  # type: ignore[call-overload]
    reason = str(event.data.get("reason", ""))
    label = telling.labels.of(event.action, reason, named_in(event))
    rival = telling.words.get("rival", "")
    label = f"{label} ({rival})" if rival else label
    comment = telling.words.get("comment", "")
    yield _item(
        words.format(telling.who),
        ": ".join(filter(None, (label, comment))),
        quote=telling.words.get("quote", ""),
        tone=tone,
    )


def _began_anew(telling: Telling) -> Iterator[Item]:
    yield _item(
        f"{telling.who} voided what fell due in an outage",
        "What is still to be done begins anew, with the time that was left.",
    )


TELLERS: dict[str, Callable[[Telling], Iterator[Item]]] = {
    Action.CAPTURE: _captured,
    Action.SUBMIT: _submitted,
    Action.TOUCH: _touched,
    Action.REASSIGN: _reassigned,
    Action.ENTRUST: _entrusted,
    Action.UNDO: _undone,
    Action.ASK: _asked,
    Action.ANSWER: _answered,
    Action.ASK_STATUS: _status_asked,
    Action.REPORT: _reported,
    Action.ATTEST: _attested,
    Action.RULE: _ruled,
    Action.SETTLE: _settled,
    Action.DEBRIEF: _debriefed,
    "recode": _recoded,
    Action.PAUSE: _paused,
    Action.RESUME: _resumed,
    Action.MERGE: _merged,
    "absorb": _merged,
    "release": _merged,
    "join": _joined,
    "breach": _breached,
    "remind": _reminded,
    "outage": _began_anew,
}

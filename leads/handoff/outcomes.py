"""What became of marketing's leads: one row each, with what sales did and said.

Ordered by what happened last, so that any change to any of one's leads shows on the first page;
what is overdue has a list of its own, longest overdue first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.conf import settings

from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, ClockFace, due_words
from leadbridge.people.access import Viewer, heads_side, sees_every_lead, viewer_of
from leadbridge.people.http import zone_of
from leadbridge.people.models import Side, User
from leads.handoff.inbox import MOST_COUNTED, PAGE, face_of, who_words
from leads.handoff.models import Lead, Remark
from leads.handoff.parties import actions_for
from leads.handoff.pauses import pause_words
from leads.handoff.querysets import LeadQuerySet
from leads.handoff.reasons import Labels
from leads.handoff.rerouting import is_named
from leads.handoff.stages import LABELS, Action, Stage


class Whose(StrEnum):
    """Whose leads are listed."""

    MINE = "mine"
    ALL = "all"


class Group(StrEnum):
    """Which of them: stages as marketing thinks of them."""

    ANY = ""
    OVERDUE = "overdue"
    ASKED = "asked"
    NEW = "new"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    SAID_NO = "said_no"
    PARKED = "parked"
    WON = "won"
    ENDED = "ended"


GROUP_NAMES = {
    Group.ANY: "Every stage",
    Group.OVERDUE: "Overdue",
    Group.ASKED: "Questions of sales",
    Group.NEW: "Not handed over yet",
    Group.WAITING: "Waiting for sales",
    Group.ACCEPTED: "Accepted",
    Group.SAID_NO: "Sales said no",
    Group.PARKED: "Parked",
    Group.WON: "Won",
    Group.ENDED: "Lost or disqualified",
}
STAGES_OF = {
    Group.NEW: (Stage.CAPTURED,),
    Group.WAITING: (Stage.SUBMITTED,),
    Group.ACCEPTED: (Stage.ACCEPTED, Stage.WORKING, Stage.OPPORTUNITY),
    Group.SAID_NO: (Stage.REJECTED,),
    Group.PARKED: (Stage.NURTURING, Stage.RECYCLED),
    Group.WON: (Stage.WON,),
    Group.ENDED: (Stage.LOST, Stage.DISQUALIFIED),
}
TONES = {Stage.REJECTED: "late", Stage.WON: "ok", Stage.OPPORTUNITY: "ok"}
COUNTED = (Group.WAITING, Group.ACCEPTED, Group.SAID_NO, Group.WON)


@dataclass(frozen=True)
class Listing:
    """One page: lead ids, when each changed last, where it stands; and what is overdue in all."""

    overdue: int
    start: int
    page: tuple[tuple[int, datetime, str], ...]
    more: bool


def whose_of(user: User) -> list[Whose]:
    """What somebody may choose, their usual choice first. Sales reads along."""
    if not user.is_marketing:
        return [Whose.ALL]
    both = [Whose.MINE, Whose.ALL]
    return both[::-1] if heads_side(user, Side.MARKETING) else both


def list_outcomes(
    user: User, whose: Whose, *, group: Group, q: str, page: int, now: datetime
) -> Listing:
    """The leads of one page, and how many of all of them are overdue."""
    leads = _leads(user, whose)
    late = leads.open().filter(next_due_at__lt=now)
    start = (page - 1) * PAGE
    if group is Group.OVERDUE:
        rows = _rows([late.due_first()], "next_due_at", q, start)
    else:
        rows = _rows(_of_group(leads, group), "-changed_at", q, start)
    return Listing(
        overdue=late.order_by()[:MOST_COUNTED].count() if sees_every_lead(user) else 0,
        start=start,
        page=tuple(rows[:PAGE]),
        more=len(rows) > PAGE,
    )


def _rows(
    parts: Sequence[LeadQuerySet], order: str, q: str, start: int
) -> list[tuple[int, datetime, str]]:
    """One row more than a page of these parts, together in their common order."""
    end = start + PAGE + 1
    columns = "pk", "changed_at", "stage", "next_due_at"
    found = [(part.searched(q) if q else part).values_list(*columns)[:end] for part in parts]
    if len(found) > 1:
        found = [found[0].union(*found[1:], all=True).order_by(order, "pk")]
    return [row[:3] for row in found[0][start:end]]


def counts(user: User, whose: Whose, overdue: int) -> list[dict[str, object]]:
    """The strip above the list: how many stand where, each opening its list. Sellers, who have
    counts of their own in the inbox, only read along."""
    if not sees_every_lead(user):
        return []
    leads = _leads(user, whose)
    stats = [_stat("Overdue", overdue, Group.OVERDUE, "late" if overdue else "ok")]
    asked = leads.open().filter(open_questions__gt=0).count()
    if asked:
        mine = whose is Whose.MINE
        label = "Questions wait for you" if mine else "Questions wait"
        stats.append(_stat(label, asked, Group.ASKED, "risk"))
    for group in COUNTED:
        parts = [part[:MOST_COUNTED].count() for part in _of_group(leads, group)]
        stats.append(_stat(GROUP_NAMES[group], min(sum(parts), MOST_COUNTED), group))
    return stats


def _stat(label: str, number: int, group: Group, tone: str = "") -> dict[str, object]:
    value = f"{number:,}" + ("+" if number >= MOST_COUNTED else "")
    return {"label": label, "value": value, "show": group, "tone": tone}


def _leads(user: User, whose: Whose) -> LeadQuerySet:
    leads = Lead.objects.visible_to(viewer_of(user))
    return leads.filter(marketer=user) if whose is Whose.MINE else leads


def _of_group(leads: LeadQuerySet, group: Group) -> list[LeadQuerySet]:
    """The group stage by stage, last change first: each part is in the order of one index."""
    if group is Group.ASKED:
        return [leads.open().filter(open_questions__gt=0).order_by("-changed_at", "pk")]
    if group is Group.ANY:
        return [leads.exclude(stage=Stage.ERASED).order_by("-changed_at", "pk")]
    return [leads.filter(stage=s).order_by("-changed_at", "pk") for s in STAGES_OF[group]]


@dataclass(frozen=True)
class Silence:
    """Since when a lead has waited for somebody, and the sentence that says how long.

    How many working hours that is, only the clocks' side can count (see sla/templatetags).
    """

    since: datetime
    words: str  # with `{}` for the length of time
    holder_id: int | None
    team_id: int


@dataclass(frozen=True)
class Row:
    """One lead, in words; `url` ends in a slash."""

    lead_id: int
    ref: str
    url: str
    company: str
    who: str
    clock: ClockFace | None
    kind: str
    stage: str
    tone: str
    said: str
    silence: Silence | None
    holder: str
    source: str
    at: str
    when: str
    pause: tuple[str, str]
    questions: int
    asked: bool
    can_answer: bool
    can_submit: bool
    more: tuple[tuple[str, str], ...]


def rows_of(page: Sequence[tuple[int, datetime, str]], viewer: Viewer, now: datetime) -> list[Row]:
    """The rows of a page, in its order."""
    ids = [pk for pk, *_ in page]
    leads = Lead.objects.filter(pk__in=ids).with_people()
    found = {lead.pk: lead for lead in leads}
    comments = _comments([lead for lead in found.values() if lead.stage == Stage.REJECTED])
    labels = Labels()
    return [_row(found[pk], comments.get(pk, ""), labels, viewer, now) for pk in ids if pk in found]


def _comments(rejected: Sequence[Lead]) -> dict[int, str]:
    """What sales wrote when it last said no to each of these leads."""
    if not rejected:
        return {}
    remarks = Remark.objects.filter(
        event__lead__in=[lead.pk for lead in rejected],
        event__action=Action.REJECT,
        kind=Remark.Kind.COMMENT,
    ).order_by("pk")
    return dict(remarks.values_list("event__lead_id", "text"))


MORE = (
    ("hand-on", "Hand over as sales named"),
    ("rule", "Rule on the dispute"),
    ("ask_status", "Ask for status"),
    ("nurture", "Nurture"),
    ("dispute", "Dispute"),
    ("disqualify", "Disqualify"),
)


def _row(lead: Lead, comment: str, labels: Labels, viewer: Viewer, now: datetime) -> Row:
    stage, zone = Stage(lead.stage), zone_of(viewer.user)
    allowed = actions_for(lead, viewer, now)
    if Action.SUBMIT in allowed and is_named(lead):
        allowed.append("hand-on")
    submitted = local(lead.submitted_at, zone) if lead.submitted_at else None
    return Row(
        lead_id=lead.pk,
        ref=lead.ref,
        url=f"/leads/{lead.ref}/",
        company=lead.name,
        who=who_words(lead),
        clock=face_of(lead, zone, now),
        kind=lead.next_kind,
        stage="Disputed" if lead.disputed_at and stage is Stage.REJECTED else LABELS[stage],
        tone=TONES.get(stage, ""),
        said=said_words(lead, comment, labels, zone, now),
        silence=silence_of(lead),
        holder=str(lead.holder) if lead.holder else f"Pool of {lead.team}",
        source=" · ".join(filter(None, (lead.source, lead.campaign))),
        at=submitted.isoformat() if submitted else "",
        when=f"{submitted.day} {MONTHS[submitted.month - 1]} {submitted:%H:%M}"
        if submitted
        else "",
        pause=pause_words(lead, zone, now),
        questions=lead.open_questions if lead.is_open else 0,
        asked=lead.status_owed,
        can_answer=Action.ANSWER in allowed,
        can_submit=Action.SUBMIT in allowed and stage is not Stage.NURTURING,
        more=tuple((label, name) for name, label in MORE if name in allowed),
    )


def said_words(lead: Lead, comment: str, labels: Labels, zone: str, now: datetime) -> str:
    """What came of a lead, in the words of whoever decided."""
    match Stage(lead.stage):
        case Stage.REJECTED | Stage.LOST | Stage.DISQUALIFIED:
            action = ENDED_BY[Stage(lead.stage)]
            why = labels.of(action, lead.reason, lead.reason_detail)
            return ": ".join(filter(None, (why, comment)))
        case Stage.RECYCLED | Stage.NURTURING if lead.park_until:
            until = f"parked until {due_words(local(lead.park_until, zone), now)}"
            why = labels.of(Action.RECYCLE, lead.reason, lead.reason_detail)
            return f"{why}; {until}" if why else until.capitalize()
        case Stage.WON | Stage.OPPORTUNITY:
            return money_words(lead.value, settings.CURRENCY)
    return ""


ENDED_BY = {
    Stage.REJECTED: Action.REJECT,
    Stage.LOST: Action.LOSE,
    Stage.DISQUALIFIED: Action.DISQUALIFY,
}


def silence_of(lead: Lead) -> Silence | None:
    """Who has not done what, and since when; nothing where a lead is parked or has ended."""
    match Stage(lead.stage):
        case Stage.SUBMITTED:
            since, words = lead.submitted_at, "Nobody has touched it for {}"
        case Stage.ACCEPTED if lead.first_touch_at is None:
            since, words = lead.accepted_at, "Accepted, and not touched for {}"
        case Stage.ACCEPTED | Stage.WORKING | Stage.OPPORTUNITY:
            since, words = lead.last_touch_at, "Last touched {} ago"
        case Stage.REJECTED if lead.disputed_at:
            since, words = lead.disputed_at, "Waiting for a ruling for {}"
        case Stage.REJECTED | Stage.CAPTURED:
            since, words = lead.changed_at, "Waiting for marketing for {}"
        case _:
            return None
    return Silence(since, words, lead.holder_id, lead.team_id) if since else None

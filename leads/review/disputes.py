"""Disputes as both sides read them: what is contested, who has ruled, and what was ruled before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, F, OuterRef, Q, Value, When, prefetch_related_objects

from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS, ClockFace
from leadbridge.people.access import Viewer
from leadbridge.people.http import zone_of
from leadbridge.people.models import Side, User
from leads.handoff.disputes import Dispute, DisputeQuerySet
from leads.handoff.inbox import face_of
from leads.handoff.models import Lead, Remark
from leads.handoff.parties import actions_for
from leads.handoff.reasons import Labels
from leads.handoff.stages import Action, Stage
from leads.work.models import Ruling

PAGE = 50
PRECEDENTS = 3  # shown in a dialog; the page finds the others
TONES = {"upheld": "late", "overturned": "ok", "split": ""}


@dataclass(frozen=True)
class Wish:
    """What is looked for; blank is everything."""

    q: str = ""
    criterion: str = ""
    reason: str = ""
    source: str = ""


@dataclass(frozen=True)
class Said:
    """What one side says: who, what they ruled (blank: not yet), and their words."""

    side: str
    who: str
    verdict: str
    words: str


@dataclass(frozen=True)
class Row:
    """One dispute, in words."""

    dispute_id: int
    lead_id: int
    ref: str
    url: str
    company: str
    clock: ClockFace | None
    kind: str
    when: str
    at: str
    state: str
    tone: str
    source: str
    reason: str
    criterion: str
    no: Said
    against: Said
    rulings: tuple[Said, ...]
    my_turn: bool


def disputes_for(viewer: Viewer, wish: Wish) -> DisputeQuerySet:
    """What somebody may see of what they look for: open ones first, soonest due first; then what
    was decided last."""
    found = Dispute.objects.visible_to(viewer)
    for name in ("criterion", "reason", "source"):
        if value := getattr(wish, name):
            found = found.filter(**{name: value})
    for word in wish.q.split()[:5]:
        found = found.filter(_says(word))
    return _in_order(found)


def _says(word: str) -> Q:
    """A word in what either side wrote, in the criterion, or in the name of the lead."""
    rulings = Ruling.objects.filter(
        dispute=OuterRef("event_id"), event__remarks__text__icontains=word
    )
    told = Remark.objects.filter(text__icontains=word)
    return (
        Q(Exists(told.filter(event=OuterRef("event_id"))))
        | Q(Exists(told.filter(event=OuterRef("rejection_id"))))
        | Q(Exists(rulings))
        | Q(sentence__icontains=word)
        | Q(criterion__icontains=word)
        | Q(source__icontains=word)
        | Q(lead__company__icontains=word)
    )


def _in_order(found: DisputeQuerySet) -> DisputeQuerySet:
    open_ = Q(outcome="", lead__stage=Stage.REJECTED, lead__disputed_at=F("at"))
    ordered = found.annotate(
        waits=Case(When(open_, then=Value(0)), default=Value(1)),
        due=Case(When(open_, then=F("lead__next_due_at"))),
    )
    return ordered.order_by(
        "waits", F("due").asc(nulls_last=True), F("settled_at").desc(nulls_last=True), "-id"
    )


def rows_of(disputes: Iterable[Dispute], viewer: Viewer, now: datetime) -> list[Row]:
    """Rows of a page, in its order; eight queries, however many they are."""
    page = list(disputes)
    prefetch_related_objects(page, "by", "rejected_by")
    leads = Lead.objects.filter(pk__in={one.lead_id for one in page}).with_people().in_bulk()
    told = _told(page)
    labels = Labels()
    return [_row(one, leads[one.lead_id], told, labels, viewer, now) for one in page]


@dataclass(frozen=True)
class _Told:
    words: dict[int, str]
    rulings: dict[int, list[Ruling]]

    def ruled(self, event_id: int) -> tuple[Said, ...]:
        by_side = {ruling.side: ruling for ruling in self.rulings.get(event_id, [])}
        return tuple(self._said(side, by_side.get(side)) for side in Side.values)

    def said(self, side: str, who: User | None, event_id: int) -> Said:
        return Said(side, str(who or ""), "", self.words.get(event_id, ""))

    def _said(self, side: str, ruling: Ruling | None) -> Said:
        if ruling is None:
            return Said(side, "", "", "")
        verdict = ruling.get_verdict_display().partition(":")[0]
        return Said(side, str(ruling.by), verdict, self.words.get(ruling.event_id, ""))


def _told(page: Sequence[Dispute]) -> _Told:
    rulings: dict[int, list[Ruling]] = {}
    events = {one.event_id for one in page} | {one.rejection_id for one in page}
    for ruling in Ruling.objects.filter(dispute__in=events).select_related("by"):
        rulings.setdefault(ruling.dispute_id, []).append(ruling)
        events.add(ruling.event_id)
    remarks = Remark.objects.filter(event__in=events, kind=Remark.Kind.COMMENT)
    return _Told(dict(remarks.values_list("event_id", "text")), rulings)


def _row(
    dispute: Dispute, lead: Lead, told: _Told, labels: Labels, viewer: Viewer, now: datetime
) -> Row:
    zone = zone_of(viewer.user)
    waits = is_open(dispute, lead)
    at = local(dispute.settled_at or dispute.at, zone)
    return Row(
        dispute_id=dispute.pk,
        lead_id=lead.pk,
        ref=lead.ref,
        url=f"/leads/{lead.ref}/",
        company=lead.name,
        clock=face_of(lead, zone, now) if waits else None,
        kind=lead.next_kind if waits else "",
        when=f"{at.day} {MONTHS[at.month - 1]} {at.year}",
        at=at.isoformat(),
        state=state_words(dispute, waits=waits),
        tone="risk" if waits else TONES.get(dispute.outcome, ""),
        source=dispute.source,
        reason=labels.of(Action.REJECT, dispute.reason, dispute.detail),
        criterion=dispute.sentence or dispute.criterion,
        no=Said(
            "sales", str(dispute.rejected_by or ""), "", told.words.get(dispute.rejection_id, "")
        ),
        against=Said("marketing", str(dispute.by), "", told.words.get(dispute.event_id, "")),
        rulings=told.ruled(dispute.event_id),
        my_turn=waits and Action.RULE in actions_for(lead, viewer, now),
    )


def is_open(dispute: Dispute, lead: Lead) -> bool:
    """Does it wait for a ruling?"""
    stands = lead.stage == Stage.REJECTED and lead.disputed_at == dispute.at
    return not dispute.outcome and stands


def state_words(dispute: Dispute, *, waits: bool) -> str:
    """ "Open", how it was settled, or that marketing did not wait for it."""
    if dispute.outcome:
        return Dispute.Outcome(dispute.outcome).label
    return "Open" if waits else "Not ruled on"


@dataclass(frozen=True)
class Precedent:
    """What was ruled before on the same criterion (or reason, where none was named)."""

    title: str
    url: str
    words: tuple[str, ...]


def precedents_for(lead: Lead, viewer: Viewer) -> list[Precedent]:
    """The last rulings that guide the one on this rejected lead."""
    found = Dispute.objects.visible_to(viewer).settled().exclude(lead=lead)
    if lead.reason_criterion:
        found = found.filter(criterion=lead.reason_criterion)
    else:
        found = found.filter(criterion="", reason=lead.reason)
    page = list(found.select_related("lead").order_by("-settled_at", "-id")[:PRECEDENTS])
    told = _told(page)
    return [_precedent(one, told, zone_of(viewer.user)) for one in page]


def _precedent(dispute: Dispute, told: _Told, zone: str) -> Precedent:
    assert dispute.settled_at is not None, "only what is settled guides"
    at = local(dispute.settled_at, zone)
    outcome = Dispute.Outcome(dispute.outcome).label
    words = tuple(
        f"{ruling.who}: {ruling.words}" for ruling in told.ruled(dispute.event_id) if ruling.words
    )
    title = f"{outcome} on {at.day} {MONTHS[at.month - 1]} {at.year}, {dispute.lead.ref}"
    return Precedent(title, f"/leads/{dispute.lead.ref}/", words)

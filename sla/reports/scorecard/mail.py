"""The scorecard of the week that is over, to both heads: once a week each, when they work.

The figures are those of a week that does not change any more, so a mail that was sent late says
what it would have said in time.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from leadbridge.outbox.actions import post
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.people.access import active_heads
from leadbridge.people.models import Side as PeopleSide
from sla.clocks.kinds import Side
from sla.reports.attainment import Score
from sla.reports.scope import Scope
from sla.reports.scorecard.asking import read_card
from sla.reports.scorecard.card import Scorecard, scorecard_of
from sla.reports.scorecard.ladder import Rung
from sla.reports.scorecard.promises import BOTH, Promise
from sla.reports.scorecard.screen import agreed_words, cost_note, money, return_note
from sla.reports.scorecard.weeks import monday_of
from sla.reports.words import share_words

KIND = "scorecard.week"
FROM_HOUR = 6  # nothing of the week before falls due any more, and nobody works yet


def write_weekly(*, now: datetime) -> int:
    """Write to the heads who were not written to this week; how many."""
    here = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    monday = monday_of(now)
    if here.date() == monday and here.hour < FROM_HOUR:
        return 0
    key = f"scorecard-{monday:%Y%m%d}"
    heads = {head.pk for side in PeopleSide for head in active_heads(side)}
    told = Message.objects.filter(key__in=[f"{key}-{head}" for head in heads])
    owed = heads - set(told.values_list("recipient_id", flat=True))
    if owed:
        with transaction.atomic():
            post(kind=KIND, key=key, to=owed, data={"monday": monday.isoformat()}, now=now)
    return len(owed)


def render_week(message: Message) -> Letter:
    """The week before the Monday that the message names, in a few lines."""
    monday = date.fromisoformat(message.data["monday"])
    week = {"from": (monday - timedelta(weeks=1)).isoformat(), "to": monday.isoformat()}
    now = message.created_at
    card = scorecard_of(read_card(week, Scope((), everything=True), now=now).exact, now=now)
    lines = [
        f"The week of {monday - timedelta(weeks=1):%-d %B %Y}, the same numbers for both of you.",
        "",
        *_side(card, Side.MARKETING),
        "",
        *_side(card, Side.SALES),
        "",
        *_joint(card),
        "",
        f"{settings.SITE_URL}/scorecard/",
        "",
    ]
    return Letter(subject=_subject(card), body="\n".join(lines))


def _subject(card: Scorecard) -> str:
    said = [f"{side.value} {_kept(card.kept[side].weeks[0].score)}" for side in BOTH]
    return f"Scorecard: {', '.join(said)}"


def _kept(score: Score) -> str:
    return f"kept {share_words(score)}" if score.due else "owed nothing"


def _side(card: Scorecard, side: Side) -> list[str]:
    kept = card.kept[side]
    week = kept.weeks[0]
    goal = "" if week.promised is None else f", {week.promised:.0f} % promised"
    head = f"{side.value.capitalize()} {_kept(week.score)} (n {week.score.due}{goal})."
    return [head, *(f"- {_line(one)}" for one in kept.promises if one.share.n)]


def _line(promise: Promise) -> str:
    agreed = "" if promise.agreed is None else f", agreed {agreed_words(promise)}"
    said = {True: ": kept", False: ": broken", None: ""}[promise.kept]
    share = promise.share
    counts = "" if share.percent is None else f" of {share.n}"  # where it is no share it says n
    return f"{promise.words}: {share.words()}{counts}{agreed}{said}"


def _joint(card: Scorecard) -> list[str]:
    whole = card.cohort.whole
    return [
        f"{card.touches:,} attempts to reach people; {whole.leads:,} leads came in.",
        f"Cost per lead {money(whole.each(Rung.LEADS))} ({cost_note(whole)}).",
        f"Won of these so far: {whole.won:,}, {money(whole.revenue)} ({return_note(whole)}).",
    ]

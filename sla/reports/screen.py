"""What the SLA page and its lists draw: rows and menus, in words and addresses."""

from datetime import datetime

from django.conf import settings

from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.kernel.words import due_words, running_face
from leadbridge.people.access import Viewer
from leadbridge.people.models import Side
from leads.handoff.reasons import Labels
from leads.handoff.stages import SALES_STAGES, Action
from sla.clocks.kinds import KINDS
from sla.clocks.models import Clock
from sla.clocks.states import State, state_of
from sla.reports.arrivals import hour_words
from sla.reports.asking import PRESETS, Asked
from sla.reports.crowd.people import Person
from sla.reports.links import list_url, page_url
from sla.reports.listing import label_of_kind
from sla.reports.narrowing import NONE
from sla.reports.overview import Overview
from sla.reports.scope import Scope
from sla.reports.slices import Part
from sla.reports.words import (
    Stat,
    late_note,
    ledger_note,
    share_note,
    share_words,
    soon_note,
    time_label,
    time_words,
    times_note,
)
from sla.templatetags.clocks import face_of

PEOPLE = "/sla/people/"
PEOPLE_HEADS = ("Handed over", "Accepted", "Rejected", "Median accept", "Median first touch")


def filters(asked: Asked, scope: Scope, path: str, part: Part | None = None) -> dict[str, object]:
    """The menus above figures: team, kind of clock, period."""
    more = {"part": part.value} if part and path == "/sla/clocks/" else {}
    whole = "All teams" if scope.everything else "My teams"
    teams = [(whole, page_url(asked, path, team="", **more), asked.team is None)]
    teams += [
        (team.name, page_url(asked, path, team=team.slug, **more), team == asked.team)
        for team in scope.teams
    ]
    kinds = [("All clocks", page_url(asked, path, kind="", **more), not asked.slice.kind)]
    kinds += [
        (kind.label, page_url(asked, path, kind=name, **more), asked.slice.kind == name)
        for name, kind in KINDS.items()
    ]
    periods = [
        (f"Last {days} days", page_url(asked, path, days=str(days), **more), asked.days == days)
        for days in PRESETS
    ]
    zone = settings.TIME_ZONE
    first, last = local(asked.slice.start, zone).date(), local(asked.slice.end, zone).date()
    hidden = {name: value for name, value in asked.params if name not in ("days", "from", "to")}
    return {
        "teams": teams,
        "team_name": asked.team.name if asked.team else whole,
        "kinds": kinds,
        "kind_name": label_of_kind(asked.slice.kind) if asked.slice.kind else "All clocks",
        "periods": periods,
        "period_name": f"Last {asked.days} days" if asked.days else f"{first} to {last}",
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "period_hidden": {**hidden, **more},
        "path": path,
    }


def stats_of(seen: Overview, asked: Asked, now: datetime) -> list[Stat]:
    """The five figures on top."""
    late, handed = seen.late, seen.handed
    return [
        Stat(
            "Within SLA",
            share_words(seen.score),
            share_note(seen.score, seen.before, seen.goals),
            list_url(asked, Part.DUE),
        ),
        Stat(
            time_label(asked.slice.kind),
            time_words(seen.times),
            times_note(seen.times),
            list_url(asked, Part.TIMED, kind=asked.slice.kind or "accept"),
        ),
        Stat(
            "Overdue now",
            f"{late.count:,}",
            late_note(late, now),
            list_url(asked, Part.OVERDUE),
            "late" if late.count else "ok",
        ),
        Stat(
            "Due in the next hour",
            f"{seen.soon.count:,}",
            soon_note(seen.soon),
            list_url(asked, Part.DUE_SOON),
            "risk" if seen.soon.count else "",
        ),
        Stat(
            "Unaccounted for",
            f"{seen.unaccounted:,}",
            ledger_note(handed),
            "/sla/ledger/",
            "late" if seen.unaccounted else "ok",
        ),
    ]


def tally_of(seen: Overview, asked: Asked) -> list[dict[str, object]]:
    """What became of the promises that fell due in the period: the first is the sum of the rest."""
    score = seen.score
    counts = (
        (score.due, "fell due", Part.DUE),
        (score.met, "met", Part.MET),
        (score.met_late, "met late", Part.MET_LATE),
        (score.missed_open, "missed and still open", Part.MISSED_OPEN),
    )
    return [
        {"value": f"{count:,}", "label": label, "url": list_url(asked, part)}
        for count, label, part in counts
    ]


def relieved_tally(seen: Overview, asked: Asked) -> list[dict[str, object]]:
    """What was counted apart because of a relief; nothing where there was none."""
    relieved = seen.relieved
    counts = (
        (relieved.due, "fell due under surge relief, counted apart", Part.RELIEVED),
        (relieved.met, "of them met", Part.RELIEVED_MET),
    )
    return [
        {"value": f"{count:,}", "label": label, "url": list_url(asked, part)}
        for count, label, part in counts
        if relieved.due
    ]


def overdue_row(clock: Clock, viewer: Viewer, zone: str, now: datetime) -> dict[str, object]:
    """One late promise. The lead's holder is accountable now, whoever was when it fell due."""
    lead = clock.lead
    manager = lead.team.manager
    may_reassign = lead.stage in SALES_STAGES and viewer.manages(lead.team_id, Side.SALES)
    return {
        "ref": lead.ref,
        "url": f"/leads/{lead.ref}/",
        "company": lead.name,
        "about": about_words(clock),
        "clock": running_face(
            start=clock.started_at, risk=clock.at_risk_at, due=local(clock.due_at, zone), now=now
        ),
        "kind": label_of_kind(clock.kind),
        "who": str(lead.holder) if lead.holder else f"{lead.team} pool, {manager} answers",
        "next": told_words(clock, zone, now),
        "action_name": "Reassign" if may_reassign else "",
        "action_url": f"/leads/{lead.ref}/reassign/" if may_reassign else "",
        "dialog": True,
    }


def told_words(clock: Clock, zone: str, now: datetime) -> str:
    """Who was told when; a breach is told the moment the sweep finds it."""
    if clock.lead.origin == "history":
        return "from a past, told to nobody"
    if clock.detected_at is None:
        return "found, about to be told"
    if getattr(clock, "late_by_edit", False):
        return "late by an edit of its calendar or agreement, told to nobody"
    return f"{clock.team.manager} told {due_words(local(clock.detected_at, zone), now)}"


def about_words(clock: Clock) -> str:
    """Value and source of a lead: "€72,000 · Trade fair"."""
    lead = clock.lead
    words = (money_words(lead.value, settings.CURRENCY), lead.campaign or lead.source)
    return " · ".join(filter(None, words))


def reason_rows(seen: Overview, asked: Asked) -> list[dict[str, object]]:
    """The bars of the reasons; the longest is the whole width."""
    most = max((reason.count for reason in seen.reasons), default=1)
    return [
        {
            "name": reason.label or "No reason given",
            "count": f"{reason.count:,}",
            "url": list_url(asked, Part.REJECTED, reason=reason.code),
            "parts": [{"start": 0, "share": round(100 * reason.count / most), "tone": "accent"}],
        }
        for reason in seen.reasons
    ]


def person_row(person: Person, asked: Asked) -> dict[str, object]:
    """One line of the table by salesperson; every number opens what it counts."""
    who = {"holder": person.key}
    if not person.key.isdigit():
        who = {"holder": "pool", "team": person.key.removeprefix("pool-")}
    side = "" if asked.slice.kind else "sales"
    score, share = person.score, person.score.met / person.score.due if person.score.due else 0
    met = round(100 * share)
    cells = (
        (f"{person.handed:,}", list_url(asked, Part.SUBMITTED, **who)),
        (f"{person.accepted:,}", list_url(asked, Part.ACCEPTED, **who)),
        (f"{person.rejected:,}", list_url(asked, Part.REJECTED, **who)),
        (time_words(person.accept), list_url(asked, Part.TIMED, **who, kind="accept")),
        (time_words(person.first_touch), list_url(asked, Part.TIMED, **who, kind="first_touch")),
    )
    return {
        "name": person.name,
        "url": page_url(asked, "/sla/breaches/", **who),
        "cells": [{"value": value, "url": url} for value, url in cells],
        "parts": [
            {"start": 0, "share": met, "tone": "ok"},
            {"start": met, "share": 100 - met, "tone": "late"},
        ]
        if score.due
        else [],
        "share": share_words(score),
        "share_url": list_url(asked, Part.DUE, **who, side=side),
        "n": f"n {score.due:,}" if score.share is not None else "",
    }


VOID_WORDS = {"undated": "ended, nobody knows when", "outage": "void: due in an outage"}


def list_row(clock: Clock, zone: str, now: datetime) -> dict[str, object]:
    """One clock of a list."""
    lead = clock.lead
    state, ended = state_of(clock, now), clock.stopped_at or clock.void_at
    return {
        "ref": lead.ref,
        "url": f"/leads/{lead.ref}/",
        "company": lead.name,
        "about": about_words(clock),
        "clock": face_of(clock, state, zone, now) if state is not State.VOID else None,
        "void": VOID_WORDS.get(clock.void_cause, f"ended by {clock.void_cause}"),
        "kind": label_of_kind(clock.kind),
        "who": str(clock.holder) if clock.holder else f"{clock.team} (pool)",
        "started": instant_words(clock.started_at, zone),
        "due": instant_words(clock.due_at, zone),
        "ended": instant_words(ended, zone) if ended else "",
        "noticed": instant_words(clock.detected_at, zone) if clock.detected_at else "",
    }


def instant_words(at: datetime, zone: str) -> str:
    """An instant of a record: "12 May 2026, 09:40"."""
    return f"{local(at, zone):%-d %b %Y, %H:%M}"


def narrowed_words(asked: Asked) -> str:
    """What else narrows a list down, in words."""
    slice_ = asked.slice
    tier = {"": "", NONE: "no tier"}.get(slice_.tier, f"tier {slice_.tier}")
    reason, came = slice_.reason.replace("_", " "), hour_words(slice_.hour)
    named = ""
    if slice_.detail:
        named = Labels().detail(Action.REJECT, slice_.reason, slice_.detail)
    said = {"yes": "the definition said yes", "other": "the definition did not say yes"}
    told = (slice_.side, slice_.source, reason, named, said.get(slice_.verdict), tier, came)
    return " · ".join(filter(None, told))

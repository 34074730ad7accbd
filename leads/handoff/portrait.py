"""One lead as its page shows it: where it stands, who it is, why it qualifies, who has had it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings

from leadbridge.kernel.money import money_words
from leadbridge.kernel.time import local
from leadbridge.kernel.words import MONTHS
from leadbridge.people.models import Side
from leads.definition.fields import every_field
from leads.handoff.bars import ruling_of
from leads.handoff.changes import RELIEFS
from leads.handoff.judged import VERDICTS, Line, lines_of
from leads.handoff.models import Lead
from leads.handoff.pauses import pause_words
from leads.handoff.sentences import RULED, tell
from leads.handoff.stages import LABELS, Action, Stage
from leads.handoff.story import Item, Telling, tellings_of, when_of
from leads.routing.explanation import Why, why_of


@dataclass(frozen=True)
class Step:
    """One step of the way; state: done, now, back (it came back), or nothing for what is ahead."""

    name: str
    detail: str
    state: str


@dataclass(frozen=True)
class Fact:
    """One thing that is known of a lead, with where it leads."""

    name: str
    value: str
    url: str = ""


@dataclass(frozen=True)
class Keeper:
    """Who answered for a lead, from when to when."""

    who: str
    since: str
    until: str


@dataclass(frozen=True)
class Joined:
    """A lead that was joined into this one, and how its person is reached."""

    ref: str
    who: str


@dataclass(frozen=True)
class Said:
    """What somebody said on a matter that is open: who, in what words, and when."""

    who: str
    words: str
    when: str
    tone: str = ""


@dataclass(frozen=True)
class Portrait:
    """All of a lead's page but the clocks and the buttons."""

    ref: str
    url: str
    company: str
    who: str
    steps: list[Step]
    story: list[Item]
    facts: list[Fact]
    verdict: str
    tone: str
    criteria: list[Line]
    custody: list[Keeper]
    pause: tuple[str, str]
    relief: tuple[str, str]
    questions: list[Said]
    status: list[Said]
    dispute: list[Said]
    why: Why | None
    goes_on_as: str
    joined: list[Joined]


def portrait_of(lead: Lead, *, zone: str, now: datetime) -> Portrait:
    """The lead in words, for somebody who reads times in `zone`."""
    answer, tone = VERDICTS.get(lead.verdict, ("", ""))
    version = f"v{lead.definition.version}" if lead.definition else ""
    named = str(lead.person) if lead.company else ""
    tellings = tellings_of(lead, zone=zone, now=now)
    own = [one for one in tellings if not one.of]
    joined = {one.lead.pk: one.lead for one in tellings if one.of and one.lead.merged_into_id}
    others = list(joined.values())
    return Portrait(
        ref=lead.ref,
        url=f"/leads/{lead.ref}/",
        company=lead.name,
        who=", ".join(filter(None, (named, lead.title))),
        steps=steps_of(lead, zone),
        story=[item for telling in tellings for item in tell(telling)],
        facts=[*facts_about(lead, zone), *facts_of_joined(others)],
        verdict=f"{version}, {answer}" if answer else "",
        tone=tone,
        criteria=lines_of(lead),
        custody=custody_of(lead, zone),
        pause=pause_words(lead, zone, now),
        relief=RELIEFS.get(lead.relief, ("", "")),
        questions=questions_in(own) if lead.is_open and lead.open_questions else [],
        status=status_asked_in(own) if lead.status_owed else [],
        dispute=dispute_in(lead, own),
        why=why_of(lead.routing) if lead.submitted_at else None,
        goes_on_as=f"L-{lead.merged_into_id}" if lead.stage == Stage.MERGED else "",
        joined=[
            Joined(one.ref, reached_at(one)) for one in others if one.merged_into_id == lead.pk
        ],
    )


def status_asked_in(tellings: Sequence[Telling]) -> list[Said]:
    """How marketing asked last how it stands."""
    asked = (one for one in tellings if one.event.action == Action.ASK_STATUS)
    return [
        Said(one.who, one.words.get("comment", "How does it stand?"), when_of(one))
        for one in islice(asked, 1)
    ]


def questions_in(tellings: Sequence[Telling]) -> list[Said]:
    """What sales asked since marketing answered last, oldest first."""
    asked = []
    for telling in tellings:
        if telling.event.action == Action.ANSWER:
            break
        if telling.event.action == Action.ASK:
            asked.append(Said(telling.who, telling.words.get("comment", ""), when_of(telling)))
    return asked[::-1]


def dispute_in(lead: Lead, tellings: Sequence[Telling]) -> list[Said]:
    """Why marketing contests the rejection, and what each side ruled on it so far."""
    if lead.stage != Stage.REJECTED or lead.disputed_at is None:
        return []
    said = []
    for telling in tellings:
        action, words = telling.event.action, telling.words.get("comment", "")
        if action == Action.RULE:
            verdict = str(telling.event.data.get("verdict"))
            who = f"{telling.who}, for {telling.event.data.get('side')}: {RULED.get(verdict, '')}"
            said.append(Said(who, words, when_of(telling), RULING_TONES.get(verdict, "")))
        elif action == Action.DISPUTE:
            said.append(Said(f"{telling.who} disputes it", words, when_of(telling)))
            break
    yet = [side for side in Side if not ruling_of(lead, side)]
    waits = [Said(f"{side.label} has yet to rule", "", "", "risk") for side in yet]
    return said[::-1] + waits


RULING_TONES = {"overturned": "ok", "upheld": "late"}


def steps_of(lead: Lead, zone: str) -> list[Step]:
    """The way from capture to won: what is behind, where it stands, what lies ahead.

    Where it left the way (rejected, parked, ended) the way stops there.
    """
    stage = Stage(lead.stage)
    behind = [Step("Captured", moment(lead.captured_at, zone), "done")]
    if lead.submitted_at:
        behind.append(Step("Handed over", moment(lead.submitted_at, zone), "done"))
    if lead.accepted_at:
        behind.append(Step("Accepted", moment(lead.accepted_at, zone), "done"))
    if lead.qualified_at:
        behind.append(Step("Sales-qualified", moment(lead.qualified_at, zone), "done"))
    if stage in AHEAD:
        return [*behind[: BEHIND[stage]], _here(lead, "now"), *map(_ahead, AHEAD[stage])]
    return [*behind, _here(lead, "done" if stage is Stage.WON else "back")]


AHEAD = {
    Stage.CAPTURED: ("Waiting for sales", "Working", "Sales-qualified", "Won"),
    Stage.SUBMITTED: ("Working", "Sales-qualified", "Won"),
    Stage.ACCEPTED: ("Working", "Sales-qualified", "Won"),
    Stage.WORKING: ("Sales-qualified", "Won"),
    Stage.OPPORTUNITY: ("Won",),
}
# How many steps lie behind at most: an earlier round may have left later instants.
BEHIND = {
    Stage.CAPTURED: 0,
    Stage.SUBMITTED: 2,
    Stage.ACCEPTED: 2,
    Stage.WORKING: 3,
    Stage.OPPORTUNITY: 3,
}


def _here(lead: Lead, state: str) -> Step:
    holder = str(lead.holder) if lead.holder else f"Pool of {lead.team}"
    return Step(LABELS[Stage(lead.stage)], holder, state)


def _ahead(name: str) -> Step:
    return Step(name, "", "")


def facts_about(lead: Lead, zone: str) -> list[Fact]:
    """Contact data, firm, source and consent; what is not known is left out."""
    person = lead.person
    known = [
        Fact("Name", person.full_name),
        Fact("E-mail", person.email, f"mailto:{person.email}"),
        Fact("Phone", person.phone, f"tel:{person.phone.replace(' ', '')}"),
        Fact("Function", lead.title),
        Fact("Company", lead.company),
        Fact("Country", lead.country),
        Fact("People", f"{lead.employees:,}" if lead.employees is not None else ""),
        Fact("Industry", lead.industry),
        Fact("Asked for", lead.request),
        Fact("Est. value", money_words(lead.value, settings.CURRENCY)),
        Fact("Expected close", f"{lead.close_on:%-d %B %Y}" if lead.close_on else ""),
        Fact("Source", " · ".join(filter(None, (lead.source, lead.campaign)))),
        Fact("Marketing", str(lead.marketer)),
    ]
    known += own_facts(lead)
    earlier = lead.previous
    if earlier:
        known.append(
            Fact(
                "Earlier",
                f"{earlier.ref}, {LABELS[Stage(earlier.stage)].lower()}",
                f"/leads/{earlier.ref}/",
            )
        )
    for consent in lead.consents.order_by("-at")[:3]:
        word = "Consent" if consent.given else "Consent withdrawn"
        known.append(Fact(word, f"{moment(consent.at, zone)}: {consent.text}"))
    return [fact for fact in known if fact.value]


def facts_of_joined(leads: Sequence[Lead]) -> list[Fact]:
    """How else to reach the person: what the leads that were joined into this one know."""
    return [Fact("Also", reached_at(one), f"/leads/{one.ref}/") for one in leads]


def reached_at(lead: Lead) -> str:
    """By which name, address and number a lead's person is known."""
    person = lead.person
    return ", ".join(filter(None, (person.full_name, person.email, person.phone)))


def own_facts(lead: Lead) -> list[Fact]:
    """What is known beside: own fields by their names, anything else as it came."""
    specs = every_field() if lead.attributes else {}
    return [
        Fact(specs[key].label, specs[key].say(value)) if key in specs else Fact(key, said(value))
        for key, value in lead.attributes.items()
    ]


def said(value: object) -> str:
    """A value that came without a type."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)[:200]


def custody_of(lead: Lead, zone: str) -> list[Keeper]:
    """Everybody who has had it, newest first."""
    links = lead.custody.select_related("holder", "team").order_by("-since", "-pk")
    return [
        Keeper(
            str(link.holder) if link.holder else f"Pool of {link.team}",
            moment(link.since, zone),
            moment(link.until, zone) if link.until else "",
        )
        for link in links
    ]


def moment(instant: datetime, zone: str) -> str:
    """An instant of the past as screens write it: "12 May 09:02"."""
    there = local(instant, zone)
    return f"{there.day} {MONTHS[there.month - 1]} {there:%H:%M}"

"""A version of the rules as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadbridge.kernel.time import local
from leadbridge.people.access import keeps_routing
from leadbridge.people.http import zone_of
from leadbridge.people.models import Role, Side, Team, User
from leads.definition.facts import asked_field, field_named
from leads.definition.own_fields import FieldSpec
from leads.definition.words import label_of
from leads.handoff.queries import get_lead_for
from leads.placing.paper import Names, changes_of, paper_of
from leads.placing.rehearsal import try_lead, try_one
from leads.placing.sheet import Group
from leads.routing.choice import Choice
from leads.routing.desk import Arrival
from leads.routing.models import RoutingVersion
from leads.routing.queries import InForce
from leads.routing.ruleset import RuleSet
from leads.routing.versions import versions_for

State = RoutingVersion.State
TONES = {State.PUBLISHED: "ok", State.DRAFT: "risk", State.RETIRED: ""}


@dataclass(frozen=True)
class Entry:
    """One version in the history."""

    title: str
    url: str
    when: str
    detail: str
    tone: str = ""
    current: bool = False


@dataclass(frozen=True)
class May:
    """What this person may do with this version; the actions ask again."""

    draft: bool = False
    edit: bool = False
    restore: bool = False


def version_screen(user: User, shown: RoutingVersion | None) -> dict[str, Any]:
    """Everything that the page of a version shows but what one tries there."""
    versions = list(versions_for(user)[:30])
    draft = next((one for one in versions if one.state == State.DRAFT), None)
    published = next((one for one in versions if one.state == State.PUBLISHED), None)
    keeps = keeps_routing(user)
    context: dict[str, Any] = {
        "version": shown,
        "draft": draft,
        "may": May(
            keeps and draft is None,
            keeps and shown is not None and shown.state == State.DRAFT,
            keeps and shown is not None and shown.state == State.RETIRED,
        ),
        "history": [_entry(one, shown, zone_of(user)) for one in versions],
    }
    if shown is None:
        return context
    groups = groups_today()
    names, members = names_of(groups), {g.slug: [name for name, _ in g.members] for g in groups}
    rules = RuleSet.from_content(shown.content)
    against = None if shown.state == State.PUBLISHED else published
    return context | {
        "here": f"/routing/v{shown.version}/",
        "tag": {"text": f"v{shown.version}, {shown.get_state_display().lower()}",
                "tone": TONES[State(shown.state)]},
        "paper": paper_of(rules, names, members),
        "against": against,
        "changes": changes_of(RuleSet.from_content(against.content), rules, names)
        if against
        else [],
    }  # fmt: skip


def _entry(one: RoutingVersion, shown: RoutingVersion | None, zone: str) -> Entry:
    at, who = one.published_at or one.drafted_at, one.published_by or one.drafted_by
    when = f"{local(at, zone):%-d %B %Y %H:%M}" if at else ""
    word = "drafted" if one.state == State.DRAFT else "published"
    by = f"{word} by {who}" if who else f"{word} by LeadBridge"
    return Entry(
        f"Version {one.version}, {one.get_state_display().lower()}",
        f"/routing/v{one.version}/",
        f"{when}, {by}",
        one.note,
        TONES[State(one.state)],
        shown is not None and one.pk == shown.pk,
    )


def groups_today() -> list[Group]:
    """The sales teams with their members who are here."""
    teams = Team.objects.filter(side=Side.SALES).select_related("manager")
    return [_group(team) for team in teams.prefetch_related("members").order_by("pk")]


def _group(team: Team) -> Group:
    members = list(team.members.all())
    people = sorted({team.manager, *members}, key=lambda one: one.pk)
    takes_turns = [one for one in people if one in members and one.role == Role.SELLER]
    return Group(team.slug, team.name, _called(takes_turns), _called(people))


def _called(people: list[User]) -> tuple[tuple[str, str], ...]:
    return tuple((one.username, str(one)) for one in people if one.is_active)


def names_of(groups: list[Group]) -> Names:
    """What all teams and people are called; who has left, too."""
    teams = {group.slug: group.name for group in groups}
    return Names(teams, {user.username: str(user) for user in User.objects.all()})


def force_of(version: RoutingVersion) -> InForce:
    """The rules of any version, a draft too, as they would be in force."""
    return InForce(version.version, RuleSet.from_content(version.content))


@dataclass(frozen=True)
class Wanted:
    """One thing that the rules ask of a lead, for the form of a dry run."""

    name: str
    label: str
    value: str


def wanted_by(rules: RuleSet, own: list[FieldSpec], typed: Mapping[str, str]) -> list[Wanted]:
    """The fields that these rules read, each once."""
    conditions = [one for rule in rules.rules for one in rule.conditions]
    conditions += [
        one for team in rules.teams.values() for own_ in team.members.values() for one in own_.takes
    ]
    labels = {spec.fact: spec.label for spec in own}
    names = dict.fromkeys(asked_field(one.field) for one in conditions)
    return [
        Wanted(
            f"f-{name}", (labels.get(name) or label_of(name)).capitalize(),
            typed.get(f"f-{name}", ""),
        )
        for name in names
    ]  # fmt: skip


def tried(user: User, force: InForce, typed: Mapping[str, str], now: datetime) -> Choice | None:
    """A dry run for a lead by its reference, or for what was typed; None where nothing was asked.
    DomainError `not_found` for a lead that one may not see."""
    ref = typed.get("lead", "").strip()
    if ref:
        return try_lead(force, get_lead_for(user, ref), now)
    facts = {
        name[2:]: text.strip()
        for name, text in typed.items()
        if name.startswith("f-") and text.strip() and field_named(name[2:])
    }
    return try_one(force, Arrival(facts, now)) if facts or "try" in typed else None


def told_of(choice: Choice) -> str:
    """Who would get it, in a few words."""
    team = Team.objects.get(pk=choice.team_id)
    holder = User.objects.filter(pk=choice.holder_id).first() if choice.holder_id else None
    return f"{holder}, {team}" if holder else f"the pool of {team}"

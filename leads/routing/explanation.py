"""Why somebody got a lead, in words: read from what is stored with it, and from nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leads.routing.kept import whole_of


@dataclass(frozen=True, slots=True)
class Asked:
    """A rule, an owner or a person that was asked; tone: ok for who or what it was."""

    name: str
    outcome: str
    tone: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TeamAsked:
    """A team with everybody of it."""

    name: str
    how: str
    people: list[Asked]


@dataclass(frozen=True, slots=True)
class Why:
    """The whole way to a choice. `title` asks for it (“Why Sam?”); `version` is blank where it was
    chosen before there were any."""

    title: str
    because: str
    version: str
    rules: list[Asked]
    teams: list[TeamAsked]


_HOW = {"turn": "in turn", "weights": "by weight", "load": "fewest open leads first"}


def why_of(record: Mapping[str, Any]) -> Why | None:
    """The stored explanation in words; None where nothing was stored."""
    if not record.get("because"):
        return None
    record = whole_of(record)
    rules = [_owner(record["owner"])] if "owner" in record else []
    rules += [_rule(one) for one in record.get("rules", [])]
    if not record.get("rules") and record.get("rule"):
        rules.append(Asked(str(record["rule"]), "holds", "ok"))
    teams = [_team(one) for one in record.get("teams", [])]
    if not teams and record.get("passed_over"):
        people = [Asked(str(name), str(why)) for name, why in record["passed_over"]]
        teams = [TeamAsked("", "", people)]
    version = f"v{record['version']}" if record.get("version") else ""
    return Why(_title(str(record.get("who", ""))), str(record["because"]), version, rules, teams)


def _title(who: str) -> str:
    if not who:
        return "Why it went there"
    return "Why the pool?" if who.startswith("Pool of ") else f"Why {who.split(maxsplit=1)[0]}?"


def _owner(owner: Mapping[str, Any]) -> Asked:
    name = f"{owner.get('name', 'Somebody')} looks after the company"
    if "why" in owner:
        return Asked(name, "passed over", "", str(owner["why"]))
    return Asked(name, "gets it", "ok")


def _rule(rule: Mapping[str, Any]) -> Asked:
    why = str(rule.get("why", ""))
    if not rule["holds"]:
        return Asked(str(rule["rule"]), "does not hold", "", why)
    return Asked(str(rule["rule"]), "holds", "risk" if why else "ok", why)


def _team(team: Mapping[str, Any]) -> TeamAsked:
    how = _HOW.get(team["method"], "")
    if team.get("hours"):
        how += ", only who is at work"
    people = [_person(one, team) for one in team["people"]]
    return TeamAsked(str(team["name"]), how, people)


def _person(one: Mapping[str, Any], team: Mapping[str, Any]) -> Asked:
    name, detail = str(one["name"]), _counted(one, team)
    if one["id"] == team["took"]:
        return Asked(name, "gets it", "ok", detail)
    if "bar" in one:
        return Asked(name, str(one.get("why", "cannot take it")), "", detail)
    return Asked(name, "had it before" if one.get("had_it") else "not their turn", "", detail)


def _counted(one: Mapping[str, Any], team: Mapping[str, Any]) -> str:
    """The figures that counted for somebody."""
    told = []
    if team["method"] == "weights":
        told.append(f"weight {one['weight']}, owed {one['credit'] + one['weight']}")
    if one.get("load") is not None:
        limit = f", of at most {one['open']}" if "open" in one else ""
        told.append(f"{one['load']} open{limit}")
    if one["given"] or "per_day" in one:
        limit = f", of at most {one['per_day']}" if "per_day" in one else ""
        told.append(f"given {one['given']} that day{limit}")
    if team["method"] == "turn" and one["id"] == team["last"]:
        told.append("had the last one")
    return "; ".join(told)

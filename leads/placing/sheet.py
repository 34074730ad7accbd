"""The rules as they are typed into a form: one text per input, there and back. Pure.

Names of inputs: `r-2-…` of the second rule, `t-1-…` of the first team, `m-1-3-…` of its third
member, and `…-c-1-…` of the first condition of any of them, counted in `…-conditions`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from leadbridge.kernel.errors import DomainError
from leads.definition.conditions import Condition
from leads.definition.typed import typed_value, value_text
from leads.routing.ruleset import MOST_CONDITIONS, MOST_RULES, MemberTerms, RuleSet, TeamTerms

Texts = dict[str, str]

_RULE = re.compile(r"(add|remove|up|down) rule(?: ([0-9]{1,3}))?")
_CONDITION = re.compile(
    r"(add|remove) condition (r-[0-9]{1,3}|m-[0-9]{1,3}-[0-9]{1,3})(?: ([0-9]{1,2}))?"
)


@dataclass(frozen=True, slots=True)
class Group:
    """A team that may be dealt out to: its address, name, the sellers who take turns in it, and
    everybody whom a rule may name in person (user name, name)."""

    slug: str
    name: str
    members: tuple[tuple[str, str], ...]
    people: tuple[tuple[str, str], ...] = ()


def texts_of(rules: RuleSet, groups: Sequence[Group]) -> Texts:
    """Every input with what the rules say."""
    texts: Texts = {"owner_first": "on" if rules.owner_first else ""}
    for n, rule in enumerate(rules.rules, 1):
        row = f"r-{n}"
        texts |= {f"{row}-name": rule.name, f"{row}-active": "on" if rule.active else ""}
        texts[f"{row}-to"] = f"{rule.team}/{rule.person}" if rule.person else rule.team
        texts |= _conditions_of(row, rule.conditions)
    texts["rules"] = str(len(rules.rules))
    for n, group in enumerate(groups, 1):
        texts |= _team_of(f"t-{n}", rules.terms(group.slug))
        texts[f"t-{n}-slug"] = group.slug
        for k, (username, _) in enumerate(group.members, 1):
            texts |= _member_of(f"m-{n}-{k}", rules.terms(group.slug).member(username))
            texts[f"m-{n}-{k}-name"] = username
    return texts


def _team_of(row: str, terms: TeamTerms) -> Texts:
    away = f"team {terms.away_team}" if terms.away == "team" else terms.away
    return {
        f"{row}-method": terms.method,
        f"{row}-hours": "on" if terms.hours else "",
        f"{row}-away": away,
    }


def _member_of(row: str, terms: MemberTerms) -> Texts:
    return {
        f"{row}-weight": str(terms.weight),
        f"{row}-day": "" if terms.per_day is None else str(terms.per_day),
        f"{row}-open": "" if terms.open is None else str(terms.open),
        **_conditions_of(row, terms.takes),
    }


def _conditions_of(row: str, conditions: Sequence[Condition]) -> Texts:
    texts: Texts = {f"{row}-conditions": str(len(conditions))}
    for n, one in enumerate(conditions, 1):
        texts |= {f"{row}-c-{n}-field": one.field, f"{row}-c-{n}-operator": one.operator}
        texts[f"{row}-c-{n}-value"] = value_text(one.value)
    return texts


def count_of(texts: Mapping[str, str], name: str, most: int = MOST_RULES) -> int:
    """How many rows of a kind the form has."""
    text = texts.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def press(texts: Mapping[str, str], button: str) -> Texts | None:
    """The inputs after a button that adds, removes or moves a row; None for any other button."""
    rule, condition = _RULE.fullmatch(button), _CONDITION.fullmatch(button)
    if rule is not None:
        return _rearranged(texts, "r", "rules", MOST_RULES, rule[1], int(rule[2] or 0))
    if condition is not None:
        row, number = condition[2], int(condition[3] or 0)
        counted = f"{row}-conditions"
        return _rearranged(texts, f"{row}-c", counted, MOST_CONDITIONS, condition[1], number)
    return None


def _rearranged(
    texts: Mapping[str, str], prefix: str, counted: str, most: int, done: str, number: int
) -> Texts:
    """Add a blank row, or take, lift or lower the one of that number."""
    rows = [_row(texts, f"{prefix}-{n}-") for n in range(1, count_of(texts, counted, most) + 1)]
    if done == "add" and len(rows) < most:
        rows.append({"active": "on"} if prefix == "r" else {})
    if done != "add" and 1 <= number <= len(rows):
        row = rows.pop(number - 1)
        if done != "remove":
            to = number - 2 if done == "up" else number
            rows.insert(min(max(to, 0), len(rows)), row)
    kept = {name: text for name, text in texts.items() if not re.match(rf"{prefix}-[0-9]+-", name)}
    for place, row in enumerate(rows, 1):
        kept |= {f"{prefix}-{place}-{name}": text for name, text in row.items()}
    return {**kept, counted: str(len(rows))}


def _row(texts: Mapping[str, str], prefix: str) -> Texts:
    return {name.removeprefix(prefix): t for name, t in texts.items() if name.startswith(prefix)}


def read_texts(
    texts: Mapping[str, str], clean: Callable[[object], dict[str, object]]
) -> dict[str, object]:
    """The content that was typed, as `clean` takes it. DomainError as of the rules; its `field` is
    the name of the input at fault, blank where none is alone at fault."""
    typed = _Typed(texts)
    try:
        return clean(typed.content())
    except DomainError as error:
        message = error.message.removeprefix(f"{error.field}: ")
        raise DomainError(
            error.code,
            message[:1].upper() + message[1:],
            field=typed.input_of(error.field),
            data=error.data,
        ) from error


@dataclass
class _Typed:
    """What was typed, on its way to content; `places` remembers which input stands for what."""

    texts: Mapping[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, object]:
        rules = [self.rule(n) for n in range(1, count_of(self.texts, "rules") + 1)]
        teams: dict[str, object] = {}
        for n in range(1, MOST_RULES + 1):
            slug = self.texts.get(f"t-{n}-slug", "")
            if slug:
                teams[slug] = self.team(n, slug)
        return {"owner_first": self.ticked("owner_first"), "rules": rules, "teams": teams}

    def input_of(self, place: str) -> str:
        """The input of a place, or of the closest whole it is part of."""
        while place and place not in self.places:
            place = place.rpartition(", ")[0]
        return self.places.get(place, "")

    def text(self, name: str, place: str) -> str:
        self.places[place] = name
        return self.texts.get(name, "").strip()

    def ticked(self, name: str) -> bool:
        return bool(self.texts.get(name))

    def rule(self, n: int) -> dict[str, object]:
        place = f"rule {n}"
        self.places[place] = f"r-{n}-name"
        team, _, person = self.text(f"r-{n}-to", f"{place}, team").partition("/")
        self.places[f"{place}, person"] = f"r-{n}-to"
        return {
            "name": self.text(f"r-{n}-name", f"{place}, name"),
            "team": team,
            "person": person,
            "active": self.ticked(f"r-{n}-active"),
            "conditions": self.conditions(f"r-{n}", place),
        }

    def team(self, n: int, slug: str) -> dict[str, object]:
        place = f"team {slug}"
        self.places[place] = f"t-{n}-method"
        away, _, other = self.text(f"t-{n}-away", f"{place}, away").partition(" ")
        self.places[f"{place}, away_team"] = f"t-{n}-away"
        content: dict[str, object] = {
            "method": self.text(f"t-{n}-method", f"{place}, method") or "turn",
            "working_hours": self.ticked(f"t-{n}-hours"),
            "away": away or "pool",
            "members": self.members(n, place),
        }
        return {**content, "away_team": other} if other else content

    def members(self, n: int, place: str) -> dict[str, object]:
        found: dict[str, object] = {}
        k = 1
        while username := self.texts.get(f"m-{n}-{k}-name", ""):
            found[username] = self.member(f"m-{n}-{k}", f"{place}, {username}")
            k += 1
        return found

    def member(self, row: str, place: str) -> dict[str, object]:
        self.places[place] = f"{row}-weight"
        weight = _whole(self.text(f"{row}-weight", f"{place}, weight"))
        return {
            "weight": 1 if weight is None else weight,
            "per_day": _whole(self.text(f"{row}-day", f"{place}, per_day")),
            "open": _whole(self.text(f"{row}-open", f"{place}, open")),
            "takes": self.conditions(row, place),
        }

    def conditions(self, row: str, place: str) -> list[dict[str, object]]:
        count = count_of(self.texts, f"{row}-conditions", MOST_CONDITIONS)
        return [
            self.condition(f"{row}-c-{n}", f"{place}, condition {n}") for n in range(1, count + 1)
        ]

    def condition(self, row: str, place: str) -> dict[str, object]:
        self.places[place] = f"{row}-field"
        raw: dict[str, object] = {
            "field": self.text(f"{row}-field", f"{place}, field"),
            "operator": self.text(f"{row}-operator", f"{place}, operator"),
        }
        typed = self.text(f"{row}-value", f"{place}, value")
        value = typed_value(str(raw["operator"]), typed)
        return raw if value is None else {**raw, "value": value}


def _whole(text: str) -> object:
    """A whole number where it is one, None for nothing; else the text, which is refused by name."""
    return int(text) if re.fullmatch(r"[+-]?[0-9]{1,8}", text) else text or None

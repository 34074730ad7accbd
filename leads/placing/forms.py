"""The editor of a draft of the rules: plain inputs that work without script, drawn from `sheet`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads.definition.facts import FIELDS
from leads.definition.operators import OPERATORS
from leads.definition.own_fields import FieldSpec
from leads.definition.words import OPERATOR_WORDS
from leads.placing.paper import AWAY_WORDS, METHOD_WORDS
from leads.placing.sheet import Group, count_of
from leads.routing.ruleset import MOST_CONDITIONS

Options = tuple[tuple[str, str], ...]
CHOOSE = ("", "Choose")


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, which is its id too, what stands in it, and whether it is at fault."""

    name: str
    label: str
    value: str
    wrong: bool
    kind: str = "text"
    options: Options = ()
    placeholder: str = ""
    list: str = ""


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """The inputs of one condition; `number` and `of` name it to the buttons."""

    of: str
    number: int
    inputs: tuple[Input, ...]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """The inputs of one rule with its conditions."""

    number: int
    row: str
    title: str
    inputs: tuple[Input, ...]
    active: Input
    conditions: list[ConditionRow]
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class MemberRow:
    """What one member takes."""

    row: str
    name: str
    inputs: tuple[Input, ...]
    conditions: list[ConditionRow]


@dataclass(frozen=True, slots=True)
class TeamRow:
    """How one team deals out its leads."""

    row: str
    slug: str
    name: str
    inputs: tuple[Input, ...]
    hours: Input
    members: list[MemberRow]


class Editor:
    """The form as the template draws it. `wrong`: the name of the input at fault."""

    def __init__(
        self,
        texts: Mapping[str, str],
        *,
        groups: Sequence[Group],
        own: Sequence[FieldSpec],
        wrong: str = "",
        message: str = "",
    ) -> None:
        self.texts, self.wrong, self.message, self.groups = texts, wrong, message, groups
        self.own = {spec.fact: spec for spec in own}

    def input(self, name: str, label: str, *, kind: str = "text", placeholder: str = "") -> Input:
        value, wrong = self.texts.get(name, ""), name == self.wrong
        return Input(name, label, value, wrong, kind, placeholder=placeholder)

    def select(self, name: str, label: str, options: Options) -> Input:
        value = self.texts.get(name, "")
        if value and value not in dict(options):
            options = (*options, (value, f"{value} (no longer there)"))
        return Input(name, label, value, name == self.wrong, "select", options)

    @property
    def owner_first(self) -> Input:
        return self.input(
            "owner_first", "Whoever looks after a company gets its leads first", kind="checkbox"
        )

    @property
    def rules(self) -> list[RuleRow]:
        count = count_of(self.texts, "rules")
        return [self._rule(n, count) for n in range(1, count + 1)]

    def _rule(self, n: int, count: int) -> RuleRow:
        row = f"r-{n}"
        return RuleRow(
            n, row, f"Rule {n}",
            (
                self.input(f"{row}-name", "Name", placeholder="What people call it"),
                self.select(f"{row}-to", "Goes to", (CHOOSE, *self._receivers())),
            ),
            self.input(f"{row}-active", "In use", kind="checkbox"),
            self._conditions(row), n == 1, n == count,
        )  # fmt: skip

    def _receivers(self) -> Options:
        teams = tuple((group.slug, f"team {group.name}") for group in self.groups)
        people = tuple(
            (f"{group.slug}/{username}", f"{name}, in {group.name}")
            for group in self.groups
            for username, name in group.people
        )
        return teams + people

    def _conditions(self, row: str) -> list[ConditionRow]:
        count = count_of(self.texts, f"{row}-conditions", MOST_CONDITIONS)
        return [ConditionRow(row, n, self._condition(f"{row}-c-{n}")) for n in range(1, count + 1)]

    def _condition(self, row: str) -> tuple[Input, ...]:
        house = tuple((name, field.label) for name, field in FIELDS.items())
        own = tuple((fact, f"{spec.label} (own)") for fact, spec in self.own.items())
        return (
            self.select(f"{row}-field", "Field", (CHOOSE, *house, *own)),
            self.select(f"{row}-operator", "Test", self._operators(f"{row}-field")),
            self.input(f"{row}-value", "Value, several with commas"),
        )

    def _operators(self, name: str) -> Options:
        """Those that suit the field's type first."""
        field = self.texts.get(name, "")
        of = self.own[field].type if field in self.own else None
        of = FIELDS[field].type if field in FIELDS else of
        suited = [one for one, test in OPERATORS.items() if of is None or of in test.reads]
        rest = [one for one in OPERATORS if one not in suited]
        return (CHOOSE, *((one, OPERATOR_WORDS[one]) for one in (*suited, *rest)))

    @property
    def teams(self) -> list[TeamRow]:
        return [self._team(n, group) for n, group in enumerate(self.groups, 1)]

    def _team(self, n: int, group: Group) -> TeamRow:
        row = f"t-{n}"
        others = tuple(
            (f"team {one.slug}", f"team {one.name} takes over")
            for one in self.groups
            if one.slug != group.slug
        )
        return TeamRow(
            row, group.slug, group.name,
            (
                self.select(f"{row}-method", "Dealt out", tuple(METHOD_WORDS.items())),
                self.select(
                    f"{row}-away", "Where nobody can take it", (*AWAY_WORDS.items(), *others)
                ),
            ),
            self.input(f"{row}-hours", "Only to who is at work now", kind="checkbox"),
            [
                self._member_row(f"m-{n}-{k}", name)
                for k, (_, name) in enumerate(group.members, 1)
            ],
        )  # fmt: skip

    def _member_row(self, row: str, name: str) -> MemberRow:
        return MemberRow(row, name, self._member(row), self._conditions(row))

    def _member(self, row: str) -> tuple[Input, ...]:
        return (
            self.input(f"{row}-weight", "Weight"),
            self.input(f"{row}-day", "At most a day", placeholder="no limit"),
            self.input(f"{row}-open", "At most open", placeholder="no limit"),
        )

    @property
    def hidden(self) -> dict[str, str]:
        """What the form sends back beside its inputs: how many rows, and whose they are."""
        counted = {"rules": str(count_of(self.texts, "rules"))}
        kept = {
            name: text
            for name, text in self.texts.items()
            if name.endswith(("-conditions", "-slug"))
            or (name[:2] == "m-" and name[-5:] == "-name")
        }
        return counted | kept

    @property
    def fault(self) -> str:
        """The refusal with the name of the input it is about."""
        for rule in self.rules:
            for one in (*rule.inputs, *(i for row in rule.conditions for i in row.inputs)):
                if one.wrong:
                    return f"{rule.title}, {one.label.lower()}: {self.message}"
        for team in self.teams:
            for one in team.inputs:
                if one.wrong:
                    return f"{team.name}, {one.label.lower()}: {self.message}"
            for member in team.members:
                for one in (*member.inputs, *(i for row in member.conditions for i in row.inputs)):
                    if one.wrong:
                        return f"{member.name}, {one.label.lower()}: {self.message}"
        return self.message

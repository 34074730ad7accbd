"""The editor of a draft: a form of plain inputs that works without script, drawn from `sheet`."""

from collections.abc import Mapping
from dataclasses import dataclass

from leads.defining.sheet import count_of
from leads.definition.criteria import KINDS, MOST_ALSO, UNKNOWN_RULES
from leads.definition.facts import FIELDS
from leads.definition.operators import OPERATORS
from leads.definition.own_fields import TYPES, FieldSpec
from leads.definition.words import KIND_MEANINGS, KIND_NAMES, OPERATOR_WORDS, UNKNOWN_WORDS

Options = tuple[tuple[str, str], ...]

TIERS: Options = (("", "–"), ("1", "tier 1"), ("2", "tier 2"), ("3", "tier 3"))
MEETS: Options = (("", "Choose"), ("yes", "meets it"), ("no", "does not meet it"))


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
class InputRow:
    """Inputs of one row. `number` names it to the buttons; `own` is hidden."""

    title: str
    number: int
    inputs: tuple[Input, ...]
    own: str = ""
    first: bool = False
    last: bool = False
    more: tuple[Input, ...] = ()

    @property
    def more_open(self) -> bool:
        """Whether anything stands in the inputs that are folded away."""
        return any(one.value or one.wrong for one in self.more)


class Editor:
    """The form as the template draws it. `wrong`: the name of the input at fault."""

    def __init__(
        self,
        texts: Mapping[str, str],
        *,
        own: list[FieldSpec],
        wrong: str = "",
        message: str = "",
    ) -> None:
        self.texts, self.wrong, self.message = texts, wrong, message
        self.own = {spec.fact: spec for spec in own}

    def input(
        self, name: str, label: str, *, kind: str = "text", placeholder: str = "", listed: str = ""
    ) -> Input:
        value, wrong = self.texts.get(name, ""), name == self.wrong
        return Input(name, label, value, wrong, kind, placeholder=placeholder, list=listed)

    def select(self, name: str, label: str, options: Options) -> Input:
        value = self.texts.get(name, "")
        if value and value not in dict(options):
            options = (*options, (value, f"{value} (no longer there)"))
        return Input(name, label, value, name == self.wrong, "select", options)

    @property
    def criteria(self) -> list[InputRow]:
        count = count_of(self.texts, "criteria")
        return [
            InputRow(
                f"Criterion {n}", n, self._criterion(f"c-{n}"),
                self.texts.get(f"c-{n}-id", ""), n == 1, n == count, self._also(f"c-{n}"),
            )
            for n in range(1, count + 1)
        ]  # fmt: skip

    def _criterion(self, row: str) -> tuple[Input, ...]:
        kinds = tuple((kind, f"{KIND_NAMES[kind]}: {KIND_MEANINGS[kind]}") for kind in KINDS)
        unknown = tuple((rule, f"it {UNKNOWN_WORDS[rule]}") for rule in UNKNOWN_RULES)
        return (
            self.input(
                f"{row}-sentence", "Sentence both sides say",
                placeholder="Left blank: worded from the rule",
            ),
            self.select(f"{row}-kind", "Kind", (("", "Choose"), *kinds)),
            self.select(f"{row}-field", "Field", self._fields()),
            self.select(f"{row}-operator", "Test", self._operators(f"{row}-field")),
            self.input(f"{row}-value", "Value, several with commas"),
            self.select(f"{row}-unknown", "Where it is not known", (("", "Choose"), *unknown)),
            self.input(f"{row}-weight", "Points", placeholder="fit, interest"),
            self.input(f"{row}-half", "Halves after days", placeholder="interest"),
        )  # fmt: skip

    def _also(self, row: str) -> tuple[Input, ...]:
        """What has to hold at the same time."""
        every: list[Input] = []
        for number in range(1, MOST_ALSO + 1):
            name = f"{row}-also{number}"
            which = ("And also", "And thirdly")[number - 1]
            every += [
                self.select(f"{name}-field", f"{which}: field", self._fields()),
                self.select(f"{name}-operator", "Test", self._operators(f"{name}-field")),
                self.input(f"{name}-value", "Value, several with commas"),
            ]
        return tuple(every)

    def _fields(self) -> Options:
        house = tuple((name, field.label) for name, field in FIELDS.items())
        own = tuple((fact, f"{spec.label} (own)") for fact, spec in self.own.items())
        return (("", "Choose"), *house, *own)

    def _operators(self, name: str) -> Options:
        """Those that suit the field's type first; the others say for what they are."""
        field = self.texts.get(name, "")
        of = self.own[field].type if field in self.own else None
        of = FIELDS[field].type if field in FIELDS else of
        suited = [one for one, test in OPERATORS.items() if of is None or of in test.reads]
        rest = [one for one in OPERATORS if one not in suited]
        return (
            ("", "Choose"),
            *((one, OPERATOR_WORDS[one]) for one in suited),
            *((one, f"{OPERATOR_WORDS[one]} ({_for_types(one)} only)") for one in rest),
        )

    @property
    def thresholds(self) -> tuple[Input, ...]:
        return (
            self.input("fit", "Fit needed, in points"),
            self.input("interest", "Interest needed, in points"),
        )

    @property
    def cuts(self) -> tuple[Input, ...]:
        return (
            self.input("g-fit", "Fit is divided at", placeholder="50, 30"),
            self.input("g-interest", "Interest is divided at", placeholder="30, 15"),
            self.select("g-fast", "A fast-track gives at least", TIERS),
        )

    @property
    def columns(self) -> list[str]:
        """The columns of the grid, named by what is typed as its cuts."""
        return _bounds(self.texts.get("g-interest", ""), "interest")

    @property
    def grid(self) -> list[tuple[str, list[Input]]]:
        columns = self.columns
        return [
            (
                name,
                [
                    self.select(f"g-{row}-{n}", f"Tier at {name}, {column}", TIERS)
                    for n, column in enumerate(columns, 1)
                ],
            )
            for row, name in enumerate(_bounds(self.texts.get("g-fit", ""), "fit"), 1)
        ]

    @property
    def examples(self) -> list[InputRow]:
        count = count_of(self.texts, "examples")
        return [
            InputRow(
                f"Example {n}", n,
                (
                    self.input(f"x-{n}-lead", "Lead", placeholder="L-12", listed="candidates"),
                    self.select(f"x-{n}-meets", "It", MEETS),
                    self.input(f"x-{n}-because", "Because"),
                ),
                first=n == 1, last=n == count,
            )
            for n in range(1, count + 1)
        ]  # fmt: skip

    @property
    def review(self) -> tuple[Input, ...]:
        return (
            self.input("review_on", "Look at it again on", kind="date"),
            self.input("expected-accepted", "Sales should accept, in %", placeholder="85"),
            self.input("expected-opportunity", "Of those, opportunities, in %", placeholder="30"),
        )

    @property
    def fault(self) -> str:
        """The refusal with the name of the input it is about."""
        for row in (*self.criteria, *self.examples):
            for one in (*row.inputs, *row.more):
                if one.wrong:
                    return f"{row.title}, {one.label.lower()}: {self.message}"
        cells = [one for _, line in self.grid for one in line]
        for one in (*self.thresholds, *self.cuts, *cells, *self.review):
            if one.wrong:
                return f"{one.label}: {self.message}"
        return self.message

    @property
    def counts(self) -> dict[str, int]:
        return {name: count_of(self.texts, name) for name in ("criteria", "examples")}


def _for_types(operator: str) -> str:
    return ", ".join(name.lower() for of, name in TYPES.items() if of in OPERATORS[operator].reads)


def _bounds(typed: str, axis: str) -> list[str]:
    cuts = [part for part in typed.replace(";", ",").replace(" ", ",").split(",") if part][:6]
    if not cuts:
        return [f"any {axis}"]
    between = [f"{axis} from {cut}" for cut in cuts[1:]]
    return [f"{axis} {cuts[0]} and more", *between, f"{axis} below {cuts[-1]}"]

"""The editor of a draft: a form of plain inputs that works without script.

Its parts are drawn from `sheet`'s texts; what is typed is read there too, so that the page, the
API and the demo refuse with the same sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sla.agreement.attempts import TIERS
from sla.agreement.ladder import MOVED_BY
from sla.agreement.pauses import PAUSABLE
from sla.agreement.promises import MEASURES
from sla.agreement.sheet import count_of
from sla.agreement.targets import KINDS
from sla.agreement.words import ABSENCE_WORDS, CAP_WORDS, SHARE_WORDS, kind_words

COLUMNS = {"all": "Everything else", "1": "Tier 1", "2": "Tier 2", "3": "Tier 3"}
MEASURE_NAMES = {"leads": "leads", "value": "in value"}


@dataclass(frozen=True, slots=True)
class Input:
    """One input: its name, which is its id too, what stands in it, and whether it is at fault."""

    name: str
    label: str
    value: str
    wrong: bool
    kind: str = "text"
    options: tuple[tuple[str, str], ...] = ()
    placeholder: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class InputRow:
    """Inputs side by side. `number` names the row to the buttons."""

    title: str
    inputs: tuple[Input, ...]
    number: int = 0
    ticks: tuple[Input, ...] = ()


class Editor:
    """The form as the template draws it. `wrong`: the name of the input at fault."""

    def __init__(self, texts: Mapping[str, str], *, wrong: str = "", message: str = "") -> None:
        self.texts, self.wrong, self.message = texts, wrong, message

    def input(self, name: str, label: str, *, kind: str = "text", placeholder: str = "") -> Input:
        value, wrong = self.texts.get(name, ""), name == self.wrong
        return Input(name, label, value, wrong, kind, placeholder=placeholder)

    def select(self, name: str, label: str, options: Mapping[str, str]) -> Input:
        value = self.texts.get(name, "")
        listed = tuple(options.items())
        return Input(name, label, value, name == self.wrong, "select", listed)

    def tick(self, name: str, label: str) -> Input:
        return Input(name, label, self.texts.get(name, ""), name == self.wrong, "checkbox")

    @property
    def columns(self) -> list[str]:
        return list(COLUMNS.values())

    @property
    def targets(self) -> list[InputRow]:
        return [InputRow(kind_words(kind), self._targets(kind)) for kind in KINDS]

    def _targets(self, kind: str) -> tuple[Input, ...]:
        found = []
        for column, title in COLUMNS.items():
            name, cell = f"{kind_words(kind)}, {title.lower()}", f"t-{kind}-{column}"
            usual = "" if column == "all" else self.texts.get(f"t-{kind}-all-amount", "")
            amount = self.input(f"{cell}-amount", f"{name}: time", placeholder=usual)
            kept = self.input(f"{cell}-kept", f"{name}: kept in percent")
            found += [replace(amount, short=title), replace(kept, short="kept in %")]
        risk = self.input(f"t-{kind}-risk", f"{kind_words(kind)}: at risk after percent")
        return (*found, replace(risk, short="at risk after %"))

    @property
    def exceptions(self) -> list[InputRow]:
        kinds = {kind: kind_words(kind) for kind in KINDS}
        tiers = {"": "any tier", **{str(tier): f"tier {tier}" for tier in TIERS}}
        return [
            InputRow(
                f"Exception {n}",
                (
                    self.select(f"e-{n}-kind", "Promise", kinds),
                    self.select(f"e-{n}-tier", "Tier", tiers),
                    self.input(f"e-{n}-source", "Source", placeholder="any"),
                    self.input(f"e-{n}-team", "Team", placeholder="any"),
                    self.input(f"e-{n}-amount", "Time", placeholder="4h"),
                    self.input(f"e-{n}-kept", "Kept in %"),
                    self.input(f"e-{n}-risk", "At risk after %", placeholder="75"),
                ),
                n,
            )
            for n in self._numbers("exceptions")
        ]

    @property
    def attempts(self) -> list[InputRow]:
        return [
            InputRow(
                f"Tier {tier}",
                (
                    self.input(f"a-{tier}-on", "Further attempts, after the first touch"),
                    self.input(f"a-{tier}-channels", "Channels, at least"),
                    self.input(f"a-{tier}-days", "Different days, at least"),
                ),
            )
            for tier in TIERS
        ]

    @property
    def rules(self) -> list[InputRow]:
        kinds = {"": "everything else", **{kind: kind_words(kind) for kind in KINDS}}
        tiers = {"": "any tier", **{str(tier): f"tier {tier}" for tier in TIERS}}
        return [
            InputRow(
                f"Rule {n}",
                (
                    self.select(f"l-{n}-kind", "Promise", kinds),
                    self.select(f"l-{n}-tier", "Tier", tiers),
                    self.input(f"l-{n}-offer", "Offer to the pool at ×", placeholder="not"),
                    self.input(f"l-{n}-reassign", "Give to another at ×", placeholder="not"),
                    self.input(f"l-{n}-manager", "Call the manager at ×", placeholder="not"),
                ),
                n,
                (self.tick(f"l-{n}-remind", "Remind when at risk"),),
            )
            for n in self._numbers("rules")
        ]

    @property
    def moved_by(self) -> str:
        return " and ".join(kind_words(kind).lower() for kind in MOVED_BY)

    @property
    def hops(self) -> Input:
        return self.input("hops", "How often the ladder may give one lead to somebody else")

    @property
    def pauses(self) -> list[InputRow]:
        return [
            InputRow(
                f"Pause {n}",
                (
                    self.input(f"p-{n}-label", "Reason"),
                    self.input(f"p-{n}-code", "Code", placeholder="asked_for_date"),
                    self.input(f"p-{n}-cap", "At most", placeholder="5bd"),
                ),
                n,
                tuple(self.tick(f"p-{n}-{kind}", kind_words(kind)) for kind in PAUSABLE),
            )
            for n in self._numbers("pauses")
        ]

    @property
    def absence(self) -> Input:
        return self.select("absence", "When somebody is away", ABSENCE_WORDS)

    @property
    def marketing(self) -> tuple[Input, ...]:
        measures = {name: MEASURE_NAMES[name] for name in MEASURES}
        return (
            self.input("m-per_month", "Volume a month", placeholder="none promised"),
            self.select("m-measure", "Counted in", measures),
            self.input("m-tolerance", "Off an even pace by at most, in percent", placeholder="20"),
        )

    @property
    def shares(self) -> tuple[Input, ...]:
        return tuple(
            self.input(f"m-{name}", words.format("… %").capitalize(), placeholder="none promised")
            for name, words in SHARE_WORDS.items()
        )

    @property
    def cap(self) -> Input:
        return self.tick("m-cap_refuses", CAP_WORDS[True])

    @property
    def surge(self) -> tuple[Input, ...]:
        return (
            self.input("surge-per_day", "Leads planned for a team a day", placeholder="no limit"),
            self.input("surge-factor", "The excess begins at this multiple", placeholder="1.5"),
        )

    @property
    def relief(self) -> tuple[Input, ...]:
        return (
            self.tick(
                "late",
                "A lead that sales touched late does not count against marketing’s conversion",
            ),
            self.tick(
                "non_conforming",
                "A lead that fails a gate without an override binds sales to no target",
            ),
        )

    @property
    def review_on(self) -> Input:
        return self.input("review_on", "Look at it again on", kind="date")

    @property
    def fault(self) -> str:
        """The refusal with the name of the input it is about."""
        for row in (*self.targets, *self.exceptions, *self.attempts, *self.rules, *self.pauses):
            for one in (*row.inputs, *row.ticks):
                if one.wrong:
                    where = one.label if one.short else f"{row.title}, {one.label}"
                    return f"{where}: {self.message}"
        single = (self.hops, self.absence, self.review_on)
        for one in (*single, *self.marketing, *self.shares, self.cap, *self.surge, *self.relief):
            if one.wrong:
                return f"{one.label}: {self.message}"
        return self.message

    @property
    def counts(self) -> dict[str, int]:
        return {name: count_of(self.texts, name) for name in ("exceptions", "rules", "pauses")}

    def _numbers(self, name: str) -> range:
        return range(1, count_of(self.texts, name) + 1)

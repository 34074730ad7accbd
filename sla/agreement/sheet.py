"""The agreement as it is typed into a form: one text per input, there and back. Pure.

`texts_of` fills the inputs; `read_texts` makes content of what came back and knows which input a
refusal is about. Targets of one tier stand in a grid; those for a source or a team, or with a
reminder of their own, are rows below it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import shown
from sla.agreement.attempts import TIERS
from sla.agreement.ladder import MANAGER, MOVES, OFFER, REASSIGN, REMIND, TELL
from sla.agreement.pauses import PAUSABLE
from sla.agreement.promises import MEASURES, SHARES
from sla.agreement.targets import KINDS, Agreement, SpecialTarget

Texts = dict[str, str]

ROWS = {"exception": "e", "rule": "l", "pause": "p"}
FIRST = {"exception": {"kind": "accept"}, "rule": {"remind": "on"}, "pause": {}}
MOST_ROWS = 300
_PRESSED = re.compile(r"(add|remove) (exception|rule|pause)(?: ([0-9]{1,3}))?")


def texts_of(agreement: Agreement) -> Texts:
    """Every input with what the agreement says."""
    texts: Texts = {}
    _fill_targets(agreement, texts)
    for tier, plan in agreement.attempts.items():
        texts[f"a-{tier}-on"] = ", ".join(map(str, plan.on))
        texts |= {f"a-{tier}-channels": str(plan.channels), f"a-{tier}-days": str(plan.days)}
    for place, rule in enumerate(agreement.ladder.rules, 1):
        row = f"l-{place}"
        texts |= {f"{row}-kind": rule.kind or "", f"{row}-tier": str(rule.tier or "")}
        for step in rule.steps:
            texts[f"{row}-{step.do}"] = "on" if step.do in (REMIND, TELL) else _plain(step.at)
    for place, pause in enumerate(agreement.pauses, 1):
        row = f"p-{place}"
        texts |= {f"{row}-code": pause.code, f"{row}-label": pause.label}
        texts |= {f"{row}-cap": str(pause.cap), **{f"{row}-{kind}": "on" for kind in pause.kinds}}
    texts |= {"rules": str(len(agreement.ladder.rules)), "pauses": str(len(agreement.pauses))}
    _fill_terms(agreement, texts)
    return texts


def _fill_targets(agreement: Agreement, texts: Texts) -> None:
    listed = 0
    for kind, target in agreement.defaults.items():
        texts[f"t-{kind}-risk"] = _percent(target.at_risk_share)
        texts[f"t-{kind}-all-amount"] = str(target.amount)
        texts[f"t-{kind}-all-kept"] = _percent(target.attainment)
    for one in agreement.exceptions:
        target = one.target
        if _in_grid(agreement, one):
            row = f"t-{target.kind}-{one.selectors[0][1]}"
        else:
            listed += 1
            row = f"e-{listed}"
            texts |= {f"{row}-{name}": str(value) for name, value in one.selectors}
            texts |= {f"{row}-kind": target.kind, f"{row}-risk": _percent(target.at_risk_share)}
        texts |= {f"{row}-amount": str(target.amount), f"{row}-kept": _percent(target.attainment)}
    texts["exceptions"] = str(listed)


def _in_grid(agreement: Agreement, one: SpecialTarget) -> bool:
    share = agreement.defaults[one.target.kind].at_risk_share
    return [name for name, _ in one.selectors] == ["tier"] and one.target.at_risk_share == share


def _fill_terms(agreement: Agreement, texts: Texts) -> None:
    relief, promised = agreement.relief, agreement.marketing
    texts |= {"hops": str(agreement.hops), "absence": agreement.absence}
    texts |= {"late": "on" if relief.late else ""}
    texts |= {"non_conforming": "on" if relief.non_conforming else ""}
    if relief.surge:
        texts["surge-per_day"] = str(relief.surge.per_day)
        texts["surge-factor"] = _plain(relief.surge.factor)
    if promised.volume:
        texts |= {
            "m-measure": promised.volume.measure,
            "m-per_month": str(promised.volume.per_month),
        }
        texts["m-tolerance"] = _percent(promised.volume.tolerance)
    texts |= {f"m-{name}": _percent(getattr(promised, name)) for name in SHARES}
    texts["m-cap_refuses"] = "on" if promised.cap_refuses else ""
    texts["review_on"] = agreement.review_on.isoformat() if agreement.review_on else ""


def press(texts: Mapping[str, str], button: str) -> Texts | None:
    """The inputs after “add a row” or “remove this row”; None for any other button."""
    pressed = _PRESSED.fullmatch(button)
    if pressed is None:
        return None
    what, number = pressed[2], int(pressed[3] or 0)
    count = count_of(texts, f"{what}s")
    prefix = ROWS[what]
    kept = {name: text for name, text in texts.items() if not re.match(rf"{prefix}-[0-9]+-", name)}
    rows = [_row(texts, f"{prefix}-{place}-") for place in range(1, count + 1) if place != number]
    if pressed[1] == "add" and count < MOST_ROWS:
        rows.append(dict(FIRST[what]))
    for place, row in enumerate(rows, 1):
        kept |= {f"{prefix}-{place}-{name}": text for name, text in row.items()}
    return {**kept, f"{what}s": str(len(rows))}


def count_of(texts: Mapping[str, str], name: str) -> int:
    """How many rows of a kind the form has."""
    text = texts.get(name, "")
    return min(int(text), MOST_ROWS) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _row(texts: Mapping[str, str], prefix: str) -> Texts:
    return {name.removeprefix(prefix): t for name, t in texts.items() if name.startswith(prefix)}


def read_texts(texts: Mapping[str, str]) -> dict[str, object]:
    """The content that was typed, every default written out. DomainError as of the agreement; its
    `field` is the name of the input at fault, blank where none is alone at fault."""
    typed = _Typed(texts)
    try:
        return Agreement.from_content(typed.content()).content()
    except DomainError as error:
        name = typed.input_of(error.field)
        message = error.message.removeprefix(f"{error.field}: ")
        raise DomainError(
            error.code, message[:1].upper() + message[1:], field=name, data=error.data
        ) from error


@dataclass
class _Typed:
    """What was typed, on its way to content; `places` remembers which input stands for what."""

    texts: Mapping[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def content(self) -> dict[str, object]:
        return {
            "defaults": {kind: self.default(kind) for kind in KINDS},
            "exceptions": self.exceptions(),
            "attempts": {str(tier): self.plan(tier) for tier in TIERS},
            "ladder": self.rows("rule", self.rule),
            "hops": self.whole("hops", "hops"),
            "pauses": self.rows("pause", self.pause),
            "absence": self.text("absence", "absence"),
            "relief": self.relief(),
            "marketing": self.marketing(),
            "review_on": self.text("review_on", "review_on") or None,
        }

    def input_of(self, place: str) -> str:
        """The input of a place, or of the closest whole it is part of."""
        while place and place not in self.places:
            place = place.rpartition(", ")[0]
        return self.places.get(place, "")

    def text(self, name: str, place: str) -> str:
        self.places[place] = name
        return self.texts.get(name, "").strip()

    def whole(self, name: str, place: str) -> object:
        """A whole number where it is one; else the text, which the agreement refuses by name."""
        text = self.text(name, place)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text or None

    def number(self, name: str, place: str) -> object:
        text = self.text(name, place).replace(",", ".")
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text or None
        return float(number) if number.is_finite() and len(text) < 12 else text

    def percent(self, name: str, place: str) -> float | None:
        """“90” or “90 %” as 0.9; None where nothing was typed."""
        text = self.text(name, place).removesuffix("%").strip().replace(",", ".")
        if not text:
            return None
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(0)
        if not (number.is_finite() and 0 < number <= 100 and number == round(number, 2)):
            raise DomainError(
                "invalid_agreement",
                f"{place}: expected a percentage above 0 and up to 100, as 90, got {shown(text)}.",
                field=place,
            )
        return float(number / 100)

    def target(self, row: str, place: str, risk: str) -> dict[str, object]:
        self.places[place] = f"{row}-amount"
        return {
            "amount": self.text(f"{row}-amount", f"{place}, amount"),
            "attainment": self.percent(f"{row}-kept", f"{place}, attainment"),
            "at_risk_share": self.percent(risk, f"{place}, at_risk_share"),
        }

    def default(self, kind: str) -> dict[str, object]:
        return self.target(f"t-{kind}-all", f"defaults, {kind}", f"t-{kind}-risk")

    def exceptions(self) -> list[dict[str, object]]:
        found: list[dict[str, object]] = []
        for kind in KINDS:
            for tier in TIERS:
                row, place = f"t-{kind}-{tier}", f"exception {len(found) + 1}"
                if self.texts.get(f"{row}-amount", "").strip():
                    target = self.target(row, place, f"t-{kind}-risk")
                    found.append({"kind": kind, "tier": tier, **target})
                elif self.texts.get(f"{row}-kept", "").strip():
                    self.places[place] = f"{row}-amount"
                    raise DomainError(
                        "invalid_agreement", f"{place}: give a time as well, as 4h.", field=place
                    )
        for number in range(1, count_of(self.texts, "exceptions") + 1):
            found.append(self.exception(f"e-{number}", f"exception {len(found) + 1}"))
        return found

    def exception(self, row: str, place: str) -> dict[str, object]:
        target = self.target(row, place, f"{row}-risk")
        self.places[place] = f"{row}-kind"
        return {
            "kind": self.text(f"{row}-kind", f"{place}, kind"),
            "tier": self.whole(f"{row}-tier", f"{place}, tier"),
            "source": self.text(f"{row}-source", f"{place}, source") or None,
            "team": self.text(f"{row}-team", f"{place}, team") or None,
            **target,
        }

    def plan(self, tier: int) -> dict[str, object]:
        place = f"attempts, tier {tier}"
        on = self.text(f"a-{tier}-on", f"{place}, on")
        self.places[place] = f"a-{tier}-on"
        return {
            "on": [part for part in re.split(r"[,;\s]+", on) if part],
            "channels": self.whole(f"a-{tier}-channels", f"{place}, channels"),
            "days": self.whole(f"a-{tier}-days", f"{place}, days"),
        }

    def rows(
        self, what: str, read: Callable[[str, int], dict[str, object]]
    ) -> list[dict[str, object]]:
        count = count_of(self.texts, f"{what}s")
        return [read(f"{ROWS[what]}-{place}", place) for place in range(1, count + 1)]

    def rule(self, row: str, number: int) -> dict[str, object]:
        place = f"ladder, rule {number}"
        steps: list[dict[str, object]] = [{"do": REMIND}] if self.texts.get(f"{row}-remind") else []
        steps.append({"do": TELL})
        for do in sorted(MOVES, key=lambda do: self._moment(row, do)):
            if self.texts.get(f"{row}-{do}", "").strip():
                where = f"{place}, step {len(steps) + 1}"
                steps.append({"do": do, "at": self.number(f"{row}-{do}", where)})
        kind = self.text(f"{row}-kind", f"{place}, kind")
        self.places[place] = f"{row}-kind"
        tier = self.whole(f"{row}-tier", f"{place}, tier")
        return {"kind": kind or None, "tier": tier, "steps": steps}

    def _moment(self, row: str, do: str) -> tuple[float, int]:
        """People type the steps into fixed inputs; their times put them in order."""
        at = self.number(f"{row}-{do}", "")
        return at if isinstance(at, float) else 99.0, (OFFER, REASSIGN, MANAGER).index(do)

    def pause(self, row: str, number: int) -> dict[str, object]:
        place = f"pause {number}"
        self.places |= {place: f"{row}-code", f"{place}, kinds": f"{row}-{PAUSABLE[0]}"}
        return {
            "code": self.text(f"{row}-code", f"{place}, code"),
            "label": self.text(f"{row}-label", f"{place}, label"),
            "cap": self.text(f"{row}-cap", f"{place}, cap"),
            "kinds": [kind for kind in PAUSABLE if self.texts.get(f"{row}-{kind}")],
        }

    def relief(self) -> dict[str, object]:
        place = "relief, surge"
        per_day = self.whole("surge-per_day", f"{place}, per_day")
        factor = self.number("surge-factor", f"{place}, factor")
        self.places[place] = "surge-per_day"
        surge: dict[str, object] = {"per_day": per_day}
        if factor is not None:
            surge["factor"] = factor
        # A factor without a number is what an unused row of the form looks like.
        return {
            "surge": surge if per_day is not None else None,
            "late": bool(self.texts.get("late")),
            "non_conforming": bool(self.texts.get("non_conforming")),
        }

    def marketing(self) -> dict[str, object]:
        place = "marketing, volume"
        per_month = self.whole("m-per_month", f"{place}, per_month")
        tolerance = self.percent("m-tolerance", f"{place}, tolerance")
        volume: dict[str, object] = {
            "measure": self.text("m-measure", f"{place}, measure") or MEASURES[0],
            "per_month": per_month,
        }
        if tolerance is not None:
            volume["tolerance"] = tolerance
        shares = {name: self.percent(f"m-{name}", f"marketing, {name}") for name in SHARES}
        refuses = {"cap_refuses": True} if self.texts.get("m-cap_refuses") else {}
        return {"volume": volume if per_month is not None else None, **shares, **refuses}


def _percent(share: Decimal | None) -> str:
    return "" if share is None else _plain(share * 100)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"

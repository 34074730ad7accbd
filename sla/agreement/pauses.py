"""Pauses: the few reasons for which a clock may stand still, each with a limit both sides know."""

import re
from dataclasses import dataclass

from leadbridge.kernel.reading import Reader
from sla.agreement.amounts import Amount, format_amount, read_amount
from sla.agreement.starter import HOUSE_PAUSES

# Kinds that are counted by their target; a promised or parked date has no use for a pause.
PAUSABLE = ("accept", "first_touch", "attempts", "decision", "rework")
MOST_PAUSES = 12

_READER = Reader("invalid_agreement")
_SLUG = re.compile(r"[a-z][a-z0-9_]{1,39}")
_KEYS = ("code", "label", "cap", "kinds")


@dataclass(frozen=True, slots=True)
class PauseRule:
    """A named pause: at most `cap` on one clock, and only on clocks of these kinds."""

    code: str
    label: str
    cap: Amount
    kinds: tuple[str, ...]

    def content(self) -> dict[str, object]:
        cap = format_amount(self.cap)
        return {"code": self.code, "label": self.label, "cap": cap, "kinds": list(self.kinds)}


def read_pauses(raw: object) -> tuple[PauseRule, ...]:
    """The pauses in the order given. Raises `DomainError`, with the place and the cure."""
    listed = _READER.items(raw, "pauses", least=0, most=MOST_PAUSES)
    rules = tuple(_read_pause(one, f"pause {place}") for place, one in enumerate(listed, 1))
    codes = [rule.code for rule in rules]
    for place, code in enumerate(codes, 1):
        if code in codes[: place - 1]:
            _READER.refuse(f"pause {place}, code", f"“{code}” is there already; choose another.")
    return rules


def _read_pause(raw: object, where: str) -> PauseRule:
    body = _READER.mapping(raw, where, keys=_KEYS, needs=_KEYS)
    code = _READER.text(body["code"], f"{where}, code", longest=40)
    if not _SLUG.fullmatch(code):
        _READER.refuse(f"{where}, code", "use small letters, digits and “_”, as asked_for_date.")
    listed = _READER.items(body["kinds"], f"{where}, kinds", least=1, most=len(PAUSABLE))
    named = {_READER.choice(kind, f"{where}, kinds", of=PAUSABLE) for kind in listed}
    return PauseRule(
        code,
        _READER.text(body["label"], f"{where}, label", longest=80),
        read_amount(body["cap"], f"{where}, cap"),
        tuple(kind for kind in PAUSABLE if kind in named),
    )


HOUSE = read_pauses(HOUSE_PAUSES)

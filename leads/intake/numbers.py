"""Numbers and small values as they are kept, out of texts and JSON."""

import math
import re
from decimal import Decimal

from leadbridge.kernel.text import Refused, clean_text

MOST_EMPLOYEES = 10_000_000
LARGEST_AMOUNT = 10**12
LARGEST_SCALAR = 10**15  # exact in JSON of every language
LONGEST_SCALAR = 500
CENT = Decimal("0.01")

_COUNT = re.compile(r"[0-9]{1,12}")
_AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,9})?")


def read_count(raw: object) -> int | None:
    """How many people work there."""
    if isinstance(raw, str):
        text = clean_text(raw, longest=40)
        raw = int(text) if _COUNT.fullmatch(text) else None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)  # 20.0 is how some programs write 20
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= MOST_EMPLOYEES:
        raise Refused(f"Give a whole number from 0 to {MOST_EMPLOYEES:,}, such as 250.")
    return raw


def read_amount(raw: object) -> Decimal | None:
    """An amount of money, in cents at the finest."""
    value = _amount_of(raw)
    if value is None or not 0 <= value < LARGEST_AMOUNT:
        raise Refused(
            f"Give an amount from 0 to below {LARGEST_AMOUNT:,}, such as 1250.50, "
            "without a currency or separators."
        )
    cents = abs(value.quantize(CENT))
    # A binary fraction such as 0.1 + 0.2 is off by less than anybody meant to say.
    if abs(cents - value) > (Decimal("1e-6") if isinstance(raw, float) else 0):
        raise Refused("Give at most two decimals.")
    if cents >= LARGEST_AMOUNT:
        raise Refused(f"Give an amount below {LARGEST_AMOUNT:,}.")
    return cents


def _amount_of(raw: object) -> Decimal | None:
    if isinstance(raw, str):
        text = clean_text(raw, longest=40)
        return Decimal(text) if _AMOUNT.fullmatch(text) else None
    if isinstance(raw, bool):
        return None
    if isinstance(raw, int):
        return Decimal(raw) if 0 <= raw < LARGEST_AMOUNT else None
    if isinstance(raw, float):
        return Decimal(str(raw)) if math.isfinite(raw) else None
    return raw if isinstance(raw, Decimal) and raw.is_finite() else None


def read_scalar(raw: object) -> str | int | float | bool | None:
    """A value under `attributes`: a short text, a number, true, false or null."""
    if raw is None or isinstance(raw, bool):
        return raw
    if isinstance(raw, str):
        return clean_text(raw, longest=LONGEST_SCALAR, lines=True)
    if isinstance(raw, int | float) and abs(raw) <= LARGEST_SCALAR:  # false for NaN
        return raw
    raise Refused("Send a short text, a number up to 15 digits, true, false or null.")

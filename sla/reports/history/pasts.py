"""One past handoff, read from one row; or a refusal that names the field and the cure."""

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum

from leads.intake.importing.refusals import Refused
from sla.reports.history.mapping import INSTANTS, TEXTS, Mapping

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LONGEST_NAME = 100
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


class Outcome(StrEnum):
    """How a past handoff ended."""

    OPEN = ""
    WON = "won"
    LOST = "lost"
    REJECTED = "rejected"
    DISQUALIFIED = "disqualified"


@dataclass(frozen=True)
class Past:
    """What is known of one past handoff; instants in UTC. `said` is the outcome in their words."""

    source: str
    external_id: str
    handed_off_at: datetime
    captured_at: datetime | None
    accepted_at: datetime | None
    followed_up_at: datetime | None
    outcome: Outcome
    outcome_at: datetime | None
    said: str
    holder: str
    value: Decimal | None
    texts: AnyMapping[str, str]


def read_past(row: AnyMapping[str, str], mapping: Mapping, *, now: datetime) -> Past:
    """A row as a past; Refused names the first field that cannot be right."""
    instants = {name: _instant(name, row, mapping, now) for name in INSTANTS}
    handed_off_at = instants.pop("handed_off_at")
    if handed_off_at is None:
        raise Refused("handed_off_at", "is blank; a handoff has an instant.")
    for name in ("accepted_at", "followed_up_at", "outcome_at"):
        at = instants[name]
        if at is not None and at < handed_off_at:
            raise Refused(name, "lies before handed_off_at; correct one of the two.")
    external_id = _name("external_id", row, mapping)
    if not external_id:
        raise Refused("external_id", "is blank; give each handoff a name of its own.")
    said = mapping.fields["outcome"].column if "outcome" in mapping.fields else ""
    return Past(
        source=_name("source", row, mapping) or "history",
        external_id=external_id,
        handed_off_at=handed_off_at,
        **instants,
        outcome=_outcome(row, mapping),
        said=row.get(said, "").strip()[:100],
        holder=_name("holder", row, mapping),
        value=_value(row, mapping),
        texts={name: text for name in TEXTS if (text := _text(name, row, mapping))},
    )


def _instant(
    name: str, row: AnyMapping[str, str], mapping: Mapping, now: datetime
) -> datetime | None:
    text = mapping.read(name, row)
    if not text:
        return None
    written = mapping.fields[name].format
    try:
        at = datetime.strptime(text, written) if written else datetime.fromisoformat(text)  # noqa: DTZ007  # its zone is given next
        at = (at if at.tzinfo else at.replace(tzinfo=mapping.zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        wanted = f"the format {written}" if written else "ISO 8601, as 2011-11-30T16:05:00+01:00"
        raise Refused(name, f"“{_shown(text)}” is no instant; write it in {wanted}.") from None
    if at < EARLIEST:
        raise Refused(name, f"“{_shown(text)}” lies before 1970; correct the year.")
    if at > now:
        raise Refused(name, f"“{_shown(text)}” lies in the future; a past has none.")
    return at


def _name(field: str, row: AnyMapping[str, str], mapping: Mapping) -> str:
    return _storable(field, mapping.read(field, row), LONGEST_NAME)


def _text(field: str, row: AnyMapping[str, str], mapping: Mapping) -> str:
    text = _storable(field, mapping.read(field, row), TEXTS[field])
    if field == "country" and text and not (len(text) == 2 and text.isascii() and text.isalpha()):
        raise Refused(field, f"“{_shown(text)}” is no country code; write two letters, as NL.")
    return text.upper() if field == "country" else text


def _storable(field: str, text: str, longest: int) -> str:
    if "\0" in text or any("\ud800" <= mark <= "\udfff" for mark in text):
        raise Refused(field, "holds characters that no database keeps (NUL); remove them.")
    if len(text) > longest:
        raise Refused(field, f"has {len(text)} characters; {longest} are kept, shorten it.")
    return text


def _outcome(row: AnyMapping[str, str], mapping: Mapping) -> Outcome:
    text = mapping.read("outcome", row).lower()
    if text in ("", "open"):
        return Outcome.OPEN
    try:
        return Outcome(text)
    except ValueError:
        known = ", ".join(outcome for outcome in Outcome if outcome)
        cure = (
            f"“{_shown(text)}” is none of {known} or blank; translate it by the mapping's values."
        )
        raise Refused("outcome", cure) from None


def _value(row: AnyMapping[str, str], mapping: Mapping) -> Decimal | None:
    text = mapping.read("value", row)
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise Refused("value", f"“{_shown(text)}” is no amount; write it as 1234.50.")
    return Decimal(text)


def _shown(text: str) -> str:
    """A value as it may stand in a message of one line."""
    return "".join(mark if mark.isprintable() else "·" for mark in text[:40])

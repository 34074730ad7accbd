"""From the cells of a row to what is wanted of it: a packet by the one cleaner, and how it ended.

Pure. Whatever cannot be taken is a `Refused` with the field and the cure.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from functools import cached_property

from leadbridge.kernel.errors import FieldErrors
from leads.definition.own_fields import FieldSpec
from leads.handoff.packets import Packet
from leads.intake.cleaning import SKEW, read_packet
from leads.intake.countries import code_meant, country_names
from leads.intake.importing.mapping import INSTANTS, SOURCE, LeadMapping
from leads.intake.importing.origins import Origin, read_day, read_instant
from leads.intake.importing.refusals import Refused

_FAMILY_FIRST = re.compile(r"[\u3400-\u9fff\uac00-\ud7af\u3040-\u30ff]")
UNREACHABLE = "import.invalid"  # RFC 2606: mail to it reaches nobody
_PLAIN = frozenset({"name", "outcome", "consent_text", *INSTANTS})
_PACKET = tuple(one.name for one in fields(Packet))


@dataclass(frozen=True)
class Wanted:
    """What a row asks for. `fingerprint` is the same for the same content, whatever file told it;
    `waits`: it tells how a lead ended, and nothing by which there could be one."""

    packet: Packet
    outcome: str = ""
    outcome_at: datetime | None = None
    fingerprint: str = ""
    waits: bool = False


@dataclass(frozen=True)
class RowReader:
    """Reads rows under one mapping. Made once for a file; `left_out` are fields of dates that say
    no zone, where nobody can be asked for one."""

    mapping: LeadMapping
    header: Sequence[str]
    own: Mapping[str, FieldSpec] = field(default_factory=dict)
    now: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def read(self, cells: Sequence[str]) -> Wanted:
        """The row as it is wanted; Refused names the first field at fault."""
        row = dict(zip(self.header, cells, strict=False))
        texts = {name: self._text(name, origin, row) for name, origin in self._origins.items()}
        instants = {name: self._instant(name, texts.get(name, "")) for name in INSTANTS}
        by_id = not self.mapping.brings_contact
        packet = self._packet(self._raw(texts, instants, row), by_id)
        if instants["acted_at"]:
            packet = replace(packet, acted_at=instants["acted_at"])
        outcome = self._outcome(texts.get("outcome", ""))
        if by_id:
            packet = _by_its_id(packet)
        waits = by_id and bool(outcome)
        ended = instants["outcome_at"]
        return Wanted(packet, outcome, ended, fingerprint_of(packet, outcome, ended), waits)

    def told(self, cells: Sequence[str]) -> dict[str, object]:
        """What of a row that cannot be taken is understood, by our names, as far as it goes."""
        row = dict(zip(self.header, cells, strict=False))
        found: dict[str, object] = {}
        for name, origin in self._origins.items():
            try:
                text = origin.read(row)
            except Refused:
                text = row.get(origin.column, "")
            if text:
                found[name.removeprefix("attributes.")] = text
        return found

    @cached_property
    def _origins(self) -> Mapping[str, Origin]:
        return self.mapping.fields

    def _text(self, name: str, origin: Origin, row: Mapping[str, str]) -> str:
        try:
            return origin.read(row)
        except Refused as refused:
            raise Refused(name, refused.cure) from None

    def _instant(self, name: str, text: str) -> datetime | None:
        if not text:
            return None
        try:
            found = read_instant(text, self.mapping.fields[name], self.mapping.zone)
        except Refused as refused:
            raise Refused(name, refused.cure) from None
        if found > self.now + SKEW:
            raise Refused(name, f"“{text[:40]}” lies in the future.")
        if found.year < 1970:
            raise Refused(name, f"“{text[:40]}” lies before 1970; correct the year.")
        return found.astimezone(UTC)

    def _raw(
        self,
        texts: Mapping[str, str],
        instants: Mapping[str, datetime | None],
        row: Mapping[str, str],
    ) -> dict[str, object]:
        raw: dict[str, object] = {
            name: text
            for name, text in texts.items()
            if text and name not in _PLAIN and "." not in name
        }
        if "source" not in self.mapping.fields:
            raw["source"] = SOURCE
        if texts.get("name"):
            first, last = split_name(texts["name"])
            raw.setdefault("first_name", first)
            raw.setdefault("last_name", last)
        country = str(raw.get("country", ""))
        if country and country.strip().upper() not in country_names():
            raw["country"] = code_meant(country) or country
        if texts.get("consent_text"):
            at = instants["consent_at"] or instants["acted_at"] or self.now
            raw["consent"] = {"text": texts["consent_text"], "at": at.isoformat()}
        attributes = self._attributes(texts)
        return {**raw, "attributes": attributes} if attributes else raw

    def _attributes(self, texts: Mapping[str, str]) -> dict[str, object]:
        kept: dict[str, object] = {}
        for name, origin in self._own_columns.items():
            text = texts[f"attributes.{name}"]
            spec = self.own.get(name)
            if text and spec is not None and spec.type == "date":
                text = self._day(name, text, origin)
            if text:
                kept[name] = text
        return kept

    @cached_property
    def _own_columns(self) -> Mapping[str, Origin]:
        return self.mapping.attributes

    def _day(self, name: str, text: str, origin: Origin) -> str:
        try:
            return read_day(text, origin).isoformat()
        except Refused as refused:
            raise Refused(f"attributes.{name}", refused.cure) from None

    def _packet(self, raw: dict[str, object], by_id: bool) -> Packet:
        source = self.mapping.fields.get("source")
        try:
            return read_packet(
                raw,
                now=self.now,
                own=list(self.own.values()),
                by_id=by_id,
                source_optional=bool(source and source.columns),
            )
        except FieldErrors as errors:
            name, sentences = next(iter(errors.errors.items()))
            raise Refused(name, " ".join(sentences)) from None

    def _outcome(self, text: str) -> str:
        plain = text.strip().casefold()
        if plain in ("", "open"):
            return ""
        if plain in ("won", "lost"):
            return plain
        raise Refused("outcome", f"“{text[:40]}” is no outcome; say won, lost or open.")


def split_name(whole: str) -> tuple[str, str]:
    """First and last name of a whole one: the last word is the family's, in Chinese, Japanese and
    Korean the first one is. A single word is a first name."""
    words = whole.split()
    if len(words) < 2:
        return whole.strip(), ""
    if _FAMILY_FIRST.search(whole):
        return " ".join(words[1:]), words[0]
    return " ".join(words[:-1]), words[-1]


def _by_its_id(packet: Packet) -> Packet:
    """Somebody whom the file knows by an id alone gets an address that can reach nobody, and goes
    by that id."""
    mark = hashlib.sha256(f"{packet.source}\n{packet.external_id}".encode()).hexdigest()[:20]
    named = packet.company or packet.first_name or packet.last_name
    company = packet.company if named else packet.external_id
    return replace(packet, email=f"{mark}@{UNREACHABLE}", company=company)


def fingerprint_of(packet: Packet, outcome: str, outcome_at: datetime | None) -> str:
    """The same for the same content: by it a row that was told before is known again."""
    said = packet.__dict__
    told = {name: value for name in _PACKET if (value := said[name]) not in ("", None, {})}
    text = json.dumps([told, outcome, outcome_at], default=str, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()

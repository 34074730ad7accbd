"""Leads of one's own that show what the text means: some meet the definition, some do not. Pure.

They are part of what both heads sign, so they name a lead and say why, and quote nobody.
"""

import re
from dataclasses import dataclass

from leadbridge.kernel.reading import Reader

MOST_EXAMPLES = 20
LONGEST_REASON = 300
_REF = re.compile(r"L-[1-9][0-9]{0,17}")


@dataclass(frozen=True, slots=True)
class Example:
    """A lead by its reference, whether it meets the definition, and why both sides say so."""

    lead: str
    meets: bool
    because: str

    @property
    def lead_id(self) -> int:
        """The number behind the reference."""
        return int(self.lead.removeprefix("L-"))

    def content(self) -> dict[str, object]:
        """The example as JSON."""
        return {"lead": self.lead, "meets": self.meets, "because": self.because}


def read_examples(reader: Reader, raw: object) -> tuple[Example, ...]:
    """The examples in JSON; refuses a lead that is named twice."""
    listed = reader.items(raw, "examples", least=0, most=MOST_EXAMPLES)
    found = tuple(_read(reader, one, f"example {place}") for place, one in enumerate(listed, 1))
    named = [one.lead for one in found]
    for place, lead in enumerate(named, 1):
        if named.index(lead) < place - 1:
            reader.refuse(f"example {place}, lead", f"{lead} is an example already; remove one.")
    return found


def _read(reader: Reader, raw: object, where: str) -> Example:
    keys = ("lead", "meets", "because")
    body = reader.mapping(raw, where, keys=keys, needs=keys)
    lead = reader.text(body["lead"], f"{where}, lead", longest=20).upper()
    lead = lead if lead.startswith("L-") else f"L-{lead}"
    if not _REF.fullmatch(lead):
        reader.refuse(f"{where}, lead", "name a lead by its reference, as L-12.")
    meets = body["meets"]
    if not isinstance(meets, bool):
        reader.refuse(f"{where}, meets", "say true or false.")
    because = reader.text(body["because"], f"{where}, because", longest=LONGEST_REASON)
    return Example(lead, meets, because)

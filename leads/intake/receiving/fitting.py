"""From a provider's names to ours. Pure: what speaks for itself is guessed, an address may say
otherwise, and whatever has no field of ours becomes an attribute."""

from collections.abc import Mapping, Sequence

from leadbridge.kernel.text import Refused
from leads.definition.own_fields import FieldSpec
from leads.intake.cleaning import LONGEST_ATTRIBUTE_NAME, read_asked_for
from leads.intake.contact import read_country
from leads.intake.countries import code_meant
from leads.intake.importing.guessing import guess_fields
from leads.intake.importing.rows import split_name
from leads.intake.numbers import LONGEST_SCALAR, read_count

# Where it came from is said by the address itself, not guessed from a word in a form.
NOT_GUESSED = ("source", "campaign", "external_id", "acted_at", "value")
OURS = (
    "email", "phone", "first_name", "last_name", "name", "title", "company", "country",
    "employees", "industry", "request", "message", "external_id", "value",
)  # fmt: skip


def fit(
    fields: Mapping[str, object],
    *,
    names: Mapping[str, str],
    mapping: Mapping[str, str],
    own: Sequence[FieldSpec],
) -> dict[str, object]:
    """The fields as `cleaning.read_packet` takes them. `names` are the provider's, `mapping` is the
    address's own (theirs to ours), which comes first."""
    keys = {spec.key for spec in own}
    asked = {name: to for name, to in (dict(names) | dict(mapping)).items() if name in fields}
    taken = {to: name for name, to in asked.items() if to in OURS}
    rest = [name for name in fields if name not in asked and not name.startswith("utm_")]
    guessed = guess_fields(rest, [*taken, *NOT_GUESSED])
    placed = guessed | taken
    told: dict[str, object] = {ours: fields[theirs] for ours, theirs in placed.items()}
    attributes: dict[str, object] = {}
    for name, value in fields.items():
        to = asked.get(name, "")
        if to.removeprefix("own.") in keys:
            attributes[to.removeprefix("own.")] = value
        elif name not in placed.values():
            attributes[name[:LONGEST_ATTRIBUTE_NAME]] = _short(value)
    _split(told)
    _soften(told, attributes)
    return {**told, "attributes": attributes}


def _split(told: dict[str, object]) -> None:
    whole = told.pop("name", "")
    if isinstance(whole, str) and whole.strip() and not told.get("first_name"):
        first, last = split_name(whole)
        told |= {"first_name": first, "last_name": told.get("last_name") or last}


def _soften(told: dict[str, object], attributes: dict[str, object]) -> None:
    """A country by its name is its code; a size such as “11-50” is no number and is kept as it was
    said. Neither is worth keeping a person out for."""
    country = told.get("country")
    if isinstance(country, str) and (code := code_meant(country)):
        told["country"] = code
    readers = (("country", read_country), ("employees", read_count), ("request", read_asked_for))
    for name, reader in readers:
        try:
            if told.get(name):
                reader(told[name])
        except Refused:
            attributes[name] = _short(told.pop(name))


def _short(value: object) -> object:
    """An attribute holds so much; a longer answer is cut, and whole in the delivery."""
    return value[:LONGEST_SCALAR] if isinstance(value, str) else value

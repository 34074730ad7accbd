"""What a form asks, in its order. Pure: from JSON to questions and back, each refusal named."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.text import Refused, clean_text
from leads.definition.own_fields import FieldSpec
from leads.intake.webforms.tongues import STANDARD

OWN = "own."
TYPED = "own_"  # before the key in the name of an input, so that it is none of the house
MOST_CHOICES = 50
LONGEST_LABEL = 100
LONGEST_FIXED = 200
FREE_CHOICES = frozenset({"title", "company", "industry"})  # texts that may be a list instead


class Ask(StrEnum):
    """Whether a visitor is asked. A hidden one has a fixed value that visitors never see."""

    NO = "no"
    OPTIONAL = "optional"
    REQUIRED = "required"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class FormField:
    """One field of a form. `name`: a standard field, or `own.` and the key of one of ours."""

    name: str
    ask: Ask = Ask.OPTIONAL
    label: str = ""
    choices: tuple[str, ...] = ()
    value: str = ""

    @property
    def own(self) -> str:
        """The key of a field of this organisation; blank for a standard one."""
        return self.name.removeprefix(OWN) if self.name.startswith(OWN) else ""

    @property
    def shown(self) -> bool:
        """Do visitors see it?"""
        return self.ask in (Ask.OPTIONAL, Ask.REQUIRED)


USUAL = tuple(FormField(name) for name in STANDARD if name != "industry")


def questions_of(kept: Sequence[Mapping[str, object]], own: Sequence[FieldSpec]) -> list[FormField]:
    """What a form asks: as it was built, without fields that are retired meanwhile; where nothing
    was chosen yet, the usual, and the fields of this organisation that are for forms."""
    if not kept:
        return [*USUAL, *(FormField(OWN + spec.key) for spec in own if spec.on_forms)]
    live = {OWN + spec.key for spec in own}
    found = [_revived(one) for one in kept]
    return [one for one in found if one.name in STANDARD or one.name in live]


def _revived(kept: Mapping[str, object]) -> FormField:
    choices = kept.get("choices")
    return FormField(
        name=str(kept["name"]),
        ask=Ask(str(kept["ask"])),
        label=str(kept.get("label") or ""),
        choices=tuple(str(one) for one in choices) if isinstance(choices, list) else (),
        value=str(kept.get("value") or ""),
    )


def kept_of(questions: Sequence[FormField]) -> list[dict[str, object]]:
    """As they are kept."""
    return [
        {**asdict(one), "ask": one.ask.value, "choices": list(one.choices)} for one in questions
    ]


def check_questions(questions: Sequence[FormField], known: Collection[str]) -> list[FormField]:
    """The questions made fit to be kept; FieldErrors by the name of each question, or `fields`."""
    errors: dict[str, list[str]] = {}
    checked = []
    for one in questions:
        try:
            checked.append(_checked(one, known))
        except Refused as refusal:
            errors[one.name] = [str(refusal)]
    asked = {one.name for one in checked if one.shown}
    if not errors and not asked & {"email", "phone"}:
        errors["fields"] = ["Ask for an e-mail address or a phone number."]
    if errors:
        raise FieldErrors(errors)
    return [one for one in checked if one.ask is not Ask.NO]


def _checked(one: FormField, known: Collection[str]) -> FormField:
    if one.name not in known:
        raise Refused("There is no such field.")
    choices = tuple(filter(None, (clean_text(text, longest=LONGEST_LABEL) for text in one.choices)))
    if choices and one.name not in FREE_CHOICES:
        raise Refused("This field has its own choices, or none.")
    if len(choices) > MOST_CHOICES:
        raise Refused(f"At most {MOST_CHOICES} choices.")
    value = clean_text(one.value, longest=LONGEST_FIXED)
    if one.ask is Ask.HIDDEN and (not value or one.name in ("email", "phone")):
        raise Refused("A hidden field needs the value it always has, and is no way to be reached.")
    return FormField(
        name=one.name,
        ask=one.ask,
        label=clean_text(one.label, longest=LONGEST_LABEL),
        choices=choices,
        value=value if one.ask is Ask.HIDDEN else "",
    )

"""The editor of a form, there and back: one row for everything that can be asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leads.definition.own_fields import FieldSpec
from leads.intake.models import Form
from leads.intake.webforms.questions import FREE_CHOICES, OWN, Ask, FormField, questions_of
from leads.intake.webforms.tongues import STANDARD, TONGUES

ASKS = (
    (Ask.NO, "Not asked"),
    (Ask.OPTIONAL, "Optional"),
    (Ask.REQUIRED, "Required"),
    (Ask.HIDDEN, "Hidden, always the same"),
)
TEXTS = ("title", "source", "campaign", "intro", "thanks", "thanks_url", "consent_text")
LINES = ("intro", "thanks", "consent_text")


@dataclass(frozen=True)
class Row:
    """One field that may be asked. `key` names its inputs."""

    key: str
    name: str
    ask: str
    label: str
    choices: str
    value: str
    lists: bool
    error: str = ""


def rows_of(
    questions: Sequence[FormField],
    own: Sequence[FieldSpec],
    errors: Mapping[str, Sequence[str]],
) -> list[Row]:
    """What is asked in its order, then everything else that could be."""
    labels = dict(TONGUES["en"].labels) | {OWN + spec.key: spec.label for spec in own}
    asked = {one.name for one in questions}
    rest = [FormField(name, Ask.NO) for name in (*STANDARD, *labels) if name not in asked]
    found = [*questions, *dict.fromkeys(rest)]
    return [
        Row(
            key=one.name,
            name=labels[one.name],
            ask=one.ask.value,
            label=one.label,
            choices="\n".join(one.choices),
            value=one.value,
            lists=one.name in FREE_CHOICES,
            error=" ".join(errors.get(one.name, ())),
        )
        for one in found
        if one.name in labels
    ]


def values_of(form: Form) -> dict[str, object]:
    """The plain fields of the editor, out of a form."""
    return {
        **{name: getattr(form, name) for name in TEXTS},
        "language": form.language,
        "marketer": form.marketer.username,
        "origins": "\n".join(form.origins),
        "work": form.work,
        "active": form.active,
        "slug": form.slug,
    }


def questions_in(form: Form, own: Sequence[FieldSpec]) -> list[FormField]:
    """What the form asks today."""
    return questions_of(form.fields, own)


def typed_values(typed: Mapping[str, str]) -> dict[str, object]:
    """The same out of what somebody typed."""
    texts = {name: typed.get(name, "") for name in (*TEXTS, "language", "marketer", "origins")}
    flags = {name: name in typed for name in ("work", "active")}
    return {**texts, **flags, "slug": typed.get("slug", "").strip().lower()}


def typed_questions(typed: Mapping[str, str], own: Sequence[FieldSpec]) -> list[FormField]:
    """The rows as they were typed, in the order that was typed; equal places keep theirs."""
    found = []
    for name in (*STANDARD, *(OWN + spec.key for spec in own)):
        ask = typed.get(f"{name}-ask", "")
        if ask in list(Ask) and ask != Ask.NO:
            found.append((_place(typed.get(f"{name}-place", "")), _typed(typed, name, Ask(ask))))
    return [question for _, question in sorted(found, key=lambda pair: pair[0])]


def _typed(typed: Mapping[str, str], name: str, ask: Ask) -> FormField:
    return FormField(
        name=name,
        ask=ask,
        label=typed.get(f"{name}-label", ""),
        choices=tuple(typed.get(f"{name}-choices", "").splitlines()),
        value=typed.get(f"{name}-value", ""),
    )


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 9999


def lines_of(text: object) -> list[str]:
    """One entry a line."""
    return [line.strip() for line in str(text).splitlines() if line.strip()]

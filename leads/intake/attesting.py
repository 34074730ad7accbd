"""What a criterion asks of a person: answered with initials, kept with its source, judged again.

The value becomes a fact of the lead; who said it, when, and as what stands in its story.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.people.models import User
from leads.definition.facts import FIELDS
from leads.definition.fields import live_facts
from leads.definition.own_fields import FieldSpec
from leads.definition.queries import ActiveDefinition, active_definition, definition_version
from leads.definition.verdict import Verdict, judge
from leads.definition.words import label_of
from leads.handoff.deeds import beside
from leads.handoff.judging import apply_verdict, facts_of
from leads.handoff.locks import lock_lead
from leads.handoff.models import Lead
from leads.handoff.moves import carry_out
from leads.handoff.parties import permit
from leads.handoff.stages import MARKETING_STAGES, Action
from leads.intake.cleaning import LONGEST, read_asked_for
from leads.intake.contact import read_country
from leads.intake.numbers import read_amount, read_count, read_scalar


def _text(name: str) -> Callable[[object], object]:
    return lambda raw: clean_text(raw, longest=LONGEST[name])


READERS: Mapping[str, Callable[[object], object]] = {
    "title": _text("title"),
    "company": _text("company"),
    "industry": _text("industry"),
    "campaign": _text("campaign"),
    "country": read_country,
    "employees": read_count,
    "value": read_amount,
    "request": read_asked_for,
}


@dataclass(frozen=True)
class Asked:
    """One thing that the definition asks of a person."""

    name: str
    label: str
    spec: FieldSpec | None = None

    def read(self, raw: object) -> object:
        """The value as it is kept; `Refused` with the cure."""
        if self.spec is not None:
            return self.spec.read(raw)
        return READERS.get(self.name, read_scalar)(raw)


def asked_about(lead: Lead, now: datetime) -> list[Asked]:
    """What is still to be asked, as far as a person can answer it on the lead."""
    _, verdict = _judged(lead, now)
    own = live_facts()
    return [
        Asked(name, own[name].label if name in own else label_of(name), own.get(name))
        for name in (verdict.missing if verdict else ())
        if name in READERS or name.startswith("attributes.")
    ]


def attest_facts(
    *, lead_id: int, actor: User, now: datetime, initials: str, facts: Mapping[str, object]
) -> Lead:
    """Answer what a criterion asks. While marketing holds the lead the definition in force judges
    again, later the version under which it was handed over. FieldErrors name each field."""
    with transaction.atomic():
        lead = lock_lead(lead_id)
        permit(lead, Action.ATTEST, actor=actor, now=now)
        asked = {one.name: one for one in asked_about(lead, now)}
        signed, known = _read(initials, facts, asked)
        attributes = dict(lead.attributes)
        fields: dict[str, object] = {}
        for name, value in known.items():
            if name in FIELDS:
                fields[name] = value
            else:
                attributes[name.removeprefix("attributes.")] = value
        fields["attributes"] = attributes
        for name, value in fields.items():
            setattr(lead, name, value)
        active, verdict = _judged(lead, now)
        if verdict is not None:
            fields |= apply_verdict(verdict, active)
        lines = [f"{asked[name].label}: {_said(asked[name], known[name])}" for name in known]
        answer = verdict.answer if verdict else ""
        data = {"fields": sorted(known), "initials": signed, "verdict": answer}
        words = {"note": "\n".join(lines)}
        move = beside(lead, Action.ATTEST, fields, actor=actor, now=now, data=data, words=words)
        carry_out(lead, move)
    return lead


def _judged(lead: Lead, now: datetime) -> tuple[ActiveDefinition | None, Verdict | None]:
    by = active_definition()
    if lead.stage not in MARKETING_STAGES and lead.definition_id:
        by = definition_version(lead.definition_id)
    return by, judge(by.definition, facts_of(lead), now=now) if by else None


def _read(
    initials: str, facts: Mapping[str, object], asked: Mapping[str, Asked]
) -> tuple[str, dict[str, object]]:
    """Initials and values, or every error at once."""
    errors: dict[str, list[str]] = {}
    known: dict[str, object] = {}
    for name, raw in facts.items():
        try:
            if name not in asked:
                raise Refused(f"Nothing is asked about it; asked: {', '.join(asked) or 'nothing'}.")
            value = asked[name].read(raw)
            if value not in ("", None):
                known[name] = value
        except Refused as refusal:
            errors[name] = [str(refusal)]
    signed = initials.strip()
    if not (2 <= len(signed) <= 6 and signed.replace(".", "").isalpha()):
        errors["initials"] = ["Sign with your initials, two to six letters."]
    if errors:
        raise FieldErrors(errors)
    if not known:
        raise DomainError("invalid", f"Answer one of: {', '.join(asked)}.", field="facts")
    return signed, known


def _said(asked: Asked, value: object) -> str:
    return asked.spec.say(value) if asked.spec else str(value)

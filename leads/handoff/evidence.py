"""What a coded reason asks for beside words: the other lead, the right owner, which field or kind.

What is named is kept as one word (`detail`): `L-12`, `C-5`, `user-7`, `team-3`, `field-phone`,
`manager-4`, or the code of a kind; the `asks` of its reason, which never changes, says what it is.
None of it is about the person; whom they chose is, like all that people write, a remark.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import recodes_reasons, viewer_of
from leadbridge.people.models import Side, Team, User
from leads.companies.models import Company
from leads.companies.words import company_key
from leads.definition.facts import FIELDS
from leads.definition.fields import live_facts
from leads.handoff.models import Event, Lead
from leads.handoff.queries import lead_id_of
from leads.handoff.reasons import Reason

Ask = Reason.Ask
_NO_FIELDS = ("acted_at", "message", "value", "reachable")  # nobody can mend these in a form


@dataclass(frozen=True)
class Evidence:
    """What somebody names for a reason, as they typed it: a reference, a user name, a slug, a
    code."""

    lead: str = ""
    company: str = ""
    to: str = ""
    team: str = ""
    field: str = ""
    kind: str = ""
    rival: str = ""
    manager: str = ""
    in_words: str = ""  # a program's comment, which tells what no field of its call names


NOTHING = Evidence()
NAMES = tuple(one.name for one in fields(Evidence) if one.name != "in_words")
# What words alone can tell as well. Another lead, a company and a manager are named or not.
IN_WORDS = (Ask.OWNER, Ask.FIELD, Ask.KIND, Ask.RIVAL)


def with_evidence(told: Mapping[str, Any]) -> dict[str, Any]:
    """Answers as an action takes them: what a reason asks for, gathered into `evidence`."""
    rest = {name: value for name, value in told.items() if name not in NAMES}
    named = {name: str(told[name]) for name in NAMES if told.get(name)}
    return {**rest, "evidence": Evidence(**named)}


@dataclass(frozen=True)
class Proof:
    """The same, found to hold: the `detail` that stays with the lead, and words of people."""

    ask: str = ""
    detail: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> dict[str, object]:
        """As the event keeps it."""
        return {"evidence": {self.ask: self.detail}} if self.detail else {}

    @property
    def fields(self) -> dict[str, object]:
        """As the lead keeps it."""
        return {"reason_detail": self.detail}


UNASKED = Proof()


def prove(reason: Reason, told: Evidence, *, lead: Lead, actor: User) -> Proof:
    """What a reason asks for, found; DomainError names what is missing or does not hold."""
    find = _FINDERS.get(Ask(reason.asks))
    if find is None:
        return UNASKED
    if told.in_words.strip() and replace(told, in_words="") == NOTHING and reason.asks in IN_WORDS:
        return Proof(reason.asks)
    found = find(reason, told, lead, actor)
    if Ask(reason.asks) is Ask.RIVAL:
        return Proof(reason.asks, words={"rival": found})
    return Proof(reason.asks, found)


def named_in(event: Event) -> str:
    """What was named beside the reason of a decision that was taken."""
    named = event.data.get("evidence")
    return str(next(iter(named.values()), "")) if isinstance(named, dict) else ""


def _refuse(name: str, words: str) -> DomainError:
    return DomainError("invalid", words, field=name)


def _other_lead(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    if not told.lead.strip():
        raise _refuse("lead", "Name the other lead by its reference, as in L-12.")
    try:
        number = lead_id_of(told.lead.strip().upper())
    except DomainError as error:
        raise _refuse("lead", error.message) from None
    if number == lead.pk:
        raise _refuse("lead", "That is this very lead: name the other one.")
    if not Lead.objects.visible_to(viewer_of(actor)).filter(pk=number).exists():
        raise _refuse("lead", f"There is no lead {told.lead.strip()[:24]} that you may see.")
    return f"L-{number}"


def _account(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    if told.lead.strip():
        return _other_lead(reason, told, lead, actor)
    name = told.company.strip()
    if not name:
        raise _refuse("lead", "Name their lead by its reference, or the company that is kept.")
    rows = Company.objects.all()
    found = rows.filter(name_key=company_key(name)).first()
    if found is None and name.removeprefix("C-").isdecimal() and len(name) <= 18:
        found = rows.filter(pk=int(name.removeprefix("C-"))).first()
    if found is None:
        raise _refuse("company", "No company of this name is kept: name their lead instead.")
    return f"C-{found.pk}"


def _owner(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    if told.to.strip():
        person = _person("to", told.to)
        if not person.is_sales:
            raise _refuse("to", f"{person} does not work leads.")
        if person.pk == lead.holder_id:
            raise _refuse("to", f"{person} holds this lead already.")
        return f"user-{person.pk}"
    team = Team.objects.filter(slug=told.team.strip(), side=Side.SALES).first()
    if team is None:
        words = "There is no such team of sales." if told.team.strip() else ""
        name = "team" if words else "to"
        raise _refuse(name, words or "Say who it should have gone to: a person or a team.")
    return f"team-{team.pk}"


def _person(name: str, told: str) -> User:
    """An active colleague by user name or number."""
    rows, text = User.objects.filter(is_active=True), told.strip()
    found = rows.filter(username=text).first()
    if found is None and text.isascii() and text.isdigit() and len(text) <= 18:
        found = rows.filter(pk=int(text)).first()
    if found is None:
        raise _refuse(name, "There is nobody of this name who is still here.")
    return found


def fields_asked() -> dict[str, str]:
    """The fields of a lead that can be wrong or missing, with their names."""
    standard = {
        name: spec.label
        for name, spec in FIELDS.items()
        if not spec.asks and name not in _NO_FIELDS
    }
    return standard | {name: spec.label for name, spec in live_facts().items()}


def _field(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    known, name = fields_asked(), told.field.strip()
    if name not in known:
        raise _refuse("field", f"Say which field it is: {', '.join(known)}.")
    return f"field-{name}"


def _kind(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    codes = list(reason.kinds.filter(retired_at=None).values_list("code", flat=True))
    if codes and told.kind.strip() not in codes:
        raise _refuse("kind", f"Say which kind it is: {', '.join(codes)}.")
    return told.kind.strip() if codes else ""


def _rival(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    if not told.rival.strip():
        raise _refuse("rival", "Say whom they chose.")
    return told.rival.strip()[:200]


def _manager(reason: Reason, told: Evidence, lead: Lead, actor: User) -> str:
    if not told.manager.strip():
        if recodes_reasons(actor):
            return f"manager-{actor.pk}"  # who decides it themselves need not say so
        raise _refuse("manager", "Name the manager who decided it.")
    person = _person("manager", told.manager)
    if not recodes_reasons(person):
        raise _refuse("manager", f"{person} leads no team.")
    return f"manager-{person.pk}"


_FINDERS: Mapping[Ask, Callable[[Reason, Evidence, Lead, User], str]] = {
    Ask.LEAD: _other_lead,
    Ask.ACCOUNT: _account,
    Ask.OWNER: _owner,
    Ask.FIELD: _field,
    Ask.KIND: _kind,
    Ask.RIVAL: _rival,
    Ask.MANAGER: _manager,
}

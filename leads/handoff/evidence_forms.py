"""What a chosen reason asks for, as fields of a form: no more than just that."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.db.models import Q

from leadbridge.people.access import active_heads, viewer_of
from leadbridge.people.models import Side, Team, User
from leads.companies.words import business_domain
from leads.handoff.accounts import DOMAIN
from leads.handoff.evidence import fields_asked, with_evidence
from leads.handoff.models import Lead
from leads.handoff.reasons import Reason
from leads.handoff.stages import LABELS, Action, Stage

Fields = dict[str, forms.Field]
MOST_LIKELY = 5
CRITERION = "Name the criterion that the lead does not meet."
OTHER = "Name the other lead by its reference, as in L-12."
OWNER = "Say who it should have gone to: a person or a team."
RIVAL = "Say whom they chose."


def reason_chosen(action: Action, code: str) -> Reason | None:
    """The reason that is chosen in a form; None while none is."""
    return Reason.objects.filter(action=action, code=code, retired_at=None).first()


def fields_for(reason: Reason | None, lead: Lead, user: User | None) -> Fields:
    """The fields that a reason needs; whether they are filled the domain asks."""
    make = _MAKERS.get(reason.asks) if reason else None
    return make(reason, lead, user) if make and reason else {}


def answers_of(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned answers, as an action takes them."""
    told = dict(cleaned)
    kind, _, name = str(told.get("to", "")).partition(":")
    if kind in ("user", "team"):
        told["to"], told["team"] = (name, "") if kind == "user" else ("", name)
    return with_evidence(told)


def _choice(
    label: str, rows: list[tuple[Any, Any]], help_text: str = "", *, missing: str = ""
) -> forms.ChoiceField:
    """A list to choose from; `missing` is said where nothing was chosen and something has to be."""
    return forms.ChoiceField(
        label=label,
        choices=[("", "Choose one"), *rows],
        required=bool(missing),
        help_text=help_text,
        error_messages={"required": missing},
    )


def _line(label: str, help_text: str, longest: int = 80, *, missing: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(missing),
        max_length=longest,
        help_text=help_text,
        error_messages={"required": missing},
    )


def _criterion(reason: Reason, lead: Lead, user: User | None) -> Fields:
    lines = [(line["id"], line["sentence"]) for line in lead.verdict_lines]
    return {"criterion": _choice("Which criterion it does not meet", lines, missing=CRITERION)}


def _lead(reason: Reason, lead: Lead, user: User | None) -> Fields:
    return {"lead": _line("The other lead", _likely_words(lead, user), missing=OTHER)}


def _account(reason: Reason, lead: Lead, user: User | None) -> Fields:
    company = _line("Or their company", "By its name, where it is kept under Companies.", 200)
    return {"lead": _line("Their lead", _likely_words(lead, user)), "company": company}


def _likely_words(lead: Lead, user: User | None) -> str:
    """How to name a lead, with those that are likely meant: of the same person or company."""
    domain, like = business_domain(lead.email_key), Q(person=lead.person_id)
    rows = Lead.objects.visible_to(viewer_of(user)) if user else Lead.objects.none()
    if domain:
        rows, like = rows.annotate(domain=DOMAIN), like | Q(domain=domain) & ~Q(email_key="")
    rows = rows.filter(like).exclude(pk=lead.pk).exclude(stage=Stage.ERASED)
    found = rows.select_related("person").order_by("-pk")[:MOST_LIKELY]
    named = [f"{one.ref} {one.name} ({LABELS[Stage(one.stage)].lower()})" for one in found]
    hint = f" Likely: {'; '.join(named)}." if named else ""
    return f"By its reference, as in L-12.{hint}"


def _owner(reason: Reason, lead: Lead, user: User | None) -> Fields:
    teams = list(Team.objects.filter(side=Side.SALES))
    people = User.objects.filter(
        Q(memberships__team__in=teams) | Q(manages__in=teams), is_active=True
    )
    if lead.holder_id:
        people = people.exclude(pk=lead.holder_id)
    listed = people.distinct().order_by("first_name")
    rows: list[tuple[Any, Any]] = [
        ("Teams", [(f"team:{team.slug}", str(team)) for team in teams]),
        (
            "People",
            [(f"user:{one.username}", str(one)) for one in listed],
        ),
    ]
    return {
        "to": _choice("Whose it is", rows, "Marketing can hand it straight to them.", missing=OWNER)
    }


def _field(reason: Reason, lead: Lead, user: User | None) -> Fields:
    named = [(name, label.capitalize()) for name, label in fields_asked().items()]
    return {"field": _choice("Which field", named, missing="Say which field it is.")}


def _kind(reason: Reason, lead: Lead, user: User | None) -> Fields:
    kinds = list(reason.kinds.filter(retired_at=None).values_list("code", "label"))
    return {"kind": _choice("Which kind", kinds, missing="Say which kind it is.")} if kinds else {}


def _rival(reason: Reason, lead: Lead, user: User | None) -> Fields:
    return {"rival": _line("Whom they chose", "And below in a few words why.", 200, missing=RIVAL)}


def _manager(reason: Reason, lead: Lead, user: User | None) -> Fields:
    heads = [head.pk for side in Side for head in active_heads(side)]
    people = User.objects.filter(Q(manages__isnull=False) | Q(pk__in=heads), is_active=True)
    named = [(one.username, str(one)) for one in people.distinct().order_by("first_name")]
    return {"manager": _choice("Who decided it", named, "You, where you lead a team.")}


_MAKERS: Mapping[str, Callable[[Reason, Lead, User | None], Fields]] = {
    Reason.Ask.CRITERION: _criterion,
    Reason.Ask.LEAD: _lead,
    Reason.Ask.ACCOUNT: _account,
    Reason.Ask.OWNER: _owner,
    Reason.Ask.FIELD: _field,
    Reason.Ask.KIND: _kind,
    Reason.Ask.RIVAL: _rival,
    Reason.Ask.MANAGER: _manager,
}

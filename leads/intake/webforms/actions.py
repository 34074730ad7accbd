"""Keeping web forms: what they ask, under which words, on which sites."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from urllib.parse import SplitResult, urlsplit

from django.db import IntegrityError, transaction

from leadbridge.kernel.errors import DomainError, FieldErrors
from leadbridge.kernel.hashing import content_hash
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.people.access import keeps_forms
from leadbridge.people.models import Side, User
from leads.definition.fields import live_fields
from leads.intake.cleaning import LONGEST, LONGEST_CONSENT
from leads.intake.models import ConsentWords, Form
from leads.intake.webforms.questions import OWN, FormField, check_questions, kept_of
from leads.intake.webforms.tongues import STANDARD, TONGUES

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]")
TAKEN = frozenset({"new"})  # an address of ours below /forms/
LONGEST_URL = 500
MOST_ORIGINS = 20


@dataclass(frozen=True)
class Plan:
    """What a form is to be."""

    slug: str
    title: str
    marketer: User
    source: str
    campaign: str = ""
    intro: str = ""
    thanks: str = ""
    thanks_url: str = ""
    consent_text: str = ""
    language: str = "en"
    questions: Sequence[FormField] = ()
    origins: Sequence[str] = ()
    work: bool = False
    active: bool = True


def save_form(*, form_id: int | None, plan: Plan, actor: User, now: datetime) -> Form:
    """Make a form (None) or change one. Other words of consent are a new version; the address of a
    form never changes, because other sites point to it. FieldErrors name every field at fault."""
    require_keeper(actor)
    known = {*STANDARD, *(OWN + spec.key for spec in live_fields())}
    fields = _read(plan, known)
    with transaction.atomic():
        form = _locked(form_id) if form_id else Form(slug=_slug(plan.slug))
        _keep_words(form, None, now)  # those of a form that was made without this page
        for name, value in fields.items():
            setattr(form, name, value)
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:
            raise FieldErrors({"slug": ["Another form has this address already."]}) from None
        _keep_words(form, actor, now)
    return form


def require_keeper(user: User) -> None:
    """DomainError `forbidden` (403) for whoever may not build forms."""
    if not keeps_forms(user):
        raise DomainError("forbidden", "Marketing and administrators keep forms.", status=403)


def find_form(slug: str) -> Form:
    """One form by its address; DomainError `not_found` (404)."""
    form = Form.objects.select_related("marketer").filter(slug=slug).first()
    if form is None:
        raise DomainError("not_found", "There is no such form.", status=404)
    return form


def _locked(form_id: int) -> Form:
    return Form.objects.select_for_update(no_key=True).get(pk=form_id)


def _keep_words(form: Form, actor: User | None, now: datetime) -> None:
    """The version in force is the last; words that came back are a version again."""
    last = form.consents.last() if form.pk else None
    if form.pk and form.consent_text and (last is None or last.text != form.consent_text):
        ConsentWords.objects.create(
            form=form,
            number=last.number + 1 if last else 1,
            text=form.consent_text,
            version=content_hash(form.consent_text),
            since=now,
            made_by=actor,
        )


TEXTS = (
    ("title", 120, False), ("source", LONGEST["source"], False),
    ("campaign", LONGEST["campaign"], False), ("intro", 2000, True), ("thanks", 2000, True),
    ("consent_text", LONGEST_CONSENT, True),
)  # fmt: skip


def _read(plan: Plan, known: set[str]) -> dict[str, object]:
    """Every field as it is kept, or every error at once."""
    errors: dict[str, list[str]] = {}
    fields: dict[str, object] = {
        "marketer": plan.marketer, "work": plan.work, "active": plan.active,
        "language": plan.language,
    }  # fmt: skip
    readers: dict[str, Callable[[], object]] = {
        name: partial(_text, getattr(plan, name), longest, lines, name in ("title", "source"))
        for name, longest, lines in TEXTS
    }
    readers |= {
        "thanks_url": partial(_address, plan.thanks_url),
        "origins": partial(_origins, plan.origins),
        "fields": lambda: kept_of(check_questions(plan.questions, known)),
    }
    for name, reader in readers.items():
        try:
            fields[name] = reader()
        except Refused as refusal:
            errors[name] = [str(refusal)]
        except FieldErrors as error:
            errors |= error.errors
    if plan.language not in TONGUES:
        errors["language"] = [f"Choose one of: {', '.join(TONGUES)}."]
    if not plan.marketer.teams.filter(side=Side.MARKETING).exists():
        errors["marketer"] = [f"{plan.marketer} belongs to no marketing team."]
    if errors:
        raise FieldErrors(errors)
    return fields


def _text(raw: str, longest: int, lines: bool, needed: bool) -> str:
    text = clean_text(raw, longest=longest, lines=lines)
    if needed and not text:
        raise Refused("Please fill this in.")
    return text


def _slug(raw: str) -> str:
    if not SLUG.fullmatch(raw) or raw in TAKEN:
        raise FieldErrors(
            {"slug": ["Use 2 to 60 small letters, digits and hyphens, as in “talk-to-us”."]}
        )
    return raw


def _address(raw: str) -> str:
    """Where a visitor may be sent on to: a whole http or https address and nothing cleverer."""
    raw = clean_text(raw, longest=LONGEST_URL)
    if not raw:
        return ""
    parts = _split(raw)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused("Give a whole address, such as https://www.example.com/thanks.")
    if parts.username or parts.password or "\\" in raw or " " in raw:
        raise Refused("An address has no spaces, backslashes or passwords.")
    return raw


def _origins(raw: Sequence[str]) -> list[str]:
    """Sites as a browser names them: scheme, host and port."""
    found = []
    for text in raw:
        parts = _split(text.strip())
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise Refused("Give each site as in https://www.example.com, one a line.")
        if parts.path.strip("/") or parts.query or parts.username:
            raise Refused("A site is its beginning alone, without a page.")
        try:
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            raise Refused("This port does not exist.") from None
        found.append(f"{parts.scheme}://{parts.hostname}{port}")
    if len(found) > MOST_ORIGINS:
        raise Refused(f"At most {MOST_ORIGINS} sites.")
    return sorted(set(found))


def _split(raw: str) -> SplitResult | None:
    try:
        return urlsplit(raw)
    except ValueError:
        return None

"""The hosted form for visitors, and the marketer's own entry page."""

import logging
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash
from leadbridge.kernel.uploads import small_body
from leadbridge.people.http import Request, signed_in
from leads.definition.fields import live_fields
from leads.definition.own_fields import FieldSpec
from leads.handoff.queries import get_lead_for
from leads.handoff.views import answer_decision
from leads.intake.actions import take_in
from leads.intake.forms import OWN, Attest, EntryForm, VisitorForm
from leads.intake.guard import (
    LEAST_AGE,
    MOST_AGE,
    TRAP,
    WINDOW,
    address_of,
    note_program,
    read_mark,
    sign_page,
    too_many,
)
from leads.intake.models import Form
from leads.intake.outcome import outcome_of
from leads.intake.quarantine.actions import Sent, set_aside
from leads.intake.quarantine.models import Origin

log = logging.getLogger(__name__)

TOO_QUICK = "That was quicker than we expected. Please try again in a moment."
TOO_OLD = "This page was open for a long time. Please send it again."
TOO_MANY = "Much is being sent from your network. Please try again in ten minutes."
NEW_WORDS = "The words you agree to have changed. Please read them, tick the box and send again."
PROGRAM = DomainError("spam", "A field that people do not see was filled in, as programs do.")


@never_cache
@csrf_exempt  # until the size is known: checking the token reads the whole body
@small_body
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def hosted_form(request: Request, slug: str) -> HttpResponse:
    """A form at its own address, for anybody."""
    form = get_object_or_404(Form.objects.select_related("marketer"), slug=slug, active=True)
    now = request.now
    if request.method != "POST":
        return _draw(request, form, VisitorForm(now=now, given=_given(form), own=_asked()))
    if request.POST.get(TRAP):
        note_program(slug, now)
        keep_post(request, form, PROGRAM)
        return redirect("form_thanks", slug=slug)
    return _receive(request, form, now)


def _receive(request: Request, form: Form, now: datetime) -> HttpResponse:
    """Take a visitor's form in, or draw it again with everything they wrote."""
    busy = too_many(address_of(request), now)
    doubt = TOO_MANY if busy else _doubt(request, form)
    told = request.POST.copy()
    if doubt == NEW_WORDS:
        told.pop("consent", None)
    filled = VisitorForm(told, now=now, given=_given(form), own=_asked())
    if doubt:
        filled.add_error(None, doubt)
    if not filled.is_valid():
        return _draw(request, form, filled, status=429 if busy else 422)
    packet = replace(
        filled.packet,
        consent_text=form.consent_text,
        consent_version=content_hash(form.consent_text),
        consent_at=now,
    )
    try:
        take_in(packet=packet, origin="form", marketer=form.marketer, actor=None, now=now)
    except DomainError as error:
        log.exception("form %s could not take a lead in: %s", form.slug, error.message)
        keep_post(request, form, error)
    return redirect("form_thanks", slug=form.slug)


def keep_post(request: Request, form: Form, error: DomainError) -> None:
    """Set a post aside, which is as safe as a lead: marketing decides on it. A program that sends
    the same again and again fills one row."""
    asked = [*VisitorForm.base_fields, *(OWN + spec.key for spec in _asked())]
    told = {name: request.POST[name] for name in asked if request.POST.get(name)}
    consent = {"text": form.consent_text, "at": request.now.isoformat()}
    agreed = {"consent": consent} if told.pop("consent", "") else {}
    own = {name.removeprefix(OWN): told.pop(name) for name in list(told) if name.startswith(OWN)}
    trap = request.POST.get(TRAP)
    sent = Sent(
        origin=Origin.FORM,
        place=f"Form {form.slug}",
        raw=request.body,
        error=error,
        told={
            **told,
            **_given(form),
            **agreed,
            "attributes": {**own, **({TRAP: trap} if trap else {})},
        },
        content_type=request.content_type or "",
        key=f"form {form.slug} {sorted(told.items())}" if trap else "",
    )
    set_aside(sent=sent, marketer=form.marketer, now=request.now)


def _given(form: Form) -> dict[str, str]:
    return {"source": form.source, "campaign": form.campaign}


def _asked() -> list[FieldSpec]:
    """The own fields that visitors are asked for."""
    return [spec for spec in live_fields() if spec.on_forms]


def _doubt(request: Request, form: Form) -> str:
    """Why this may not be a person who has read the page; blank where nothing speaks against it."""
    mark = read_mark(request.POST.get("signed_at", ""), form.slug)
    if mark is None or request.now - mark.at > MOST_AGE:
        return TOO_OLD
    if mark.consent != content_hash(form.consent_text):
        return NEW_WORDS
    return TOO_QUICK if request.now - mark.at < LEAST_AGE else ""


def _draw(request: Request, form: Form, filled: VisitorForm, *, status: int = 200) -> HttpResponse:
    """The page. A second try after a hasty one keeps the first mark, so that it goes through."""
    token = request.POST.get("signed_at", "")
    if not filled.is_bound or _doubt(request, form) in (TOO_OLD, NEW_WORDS):
        token = sign_page(form.slug, consent=content_hash(form.consent_text), now=request.now)
    context = {
        "title": form.title,
        "intro": form.intro,
        "form": filled,
        "trap": TRAP,
        "signed_at": token,
        "consent_text": form.consent_text,
        "organisation": settings.ORGANISATION,
        "privacy_url": settings.PRIVACY_URL,
    }
    response = render(request, "leads/form_public.html", context, status=status)
    if status == 429:
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    return response


@require_safe
def form_thanks(request: Request, slug: str) -> HttpResponse:
    """Where a visitor arrives after sending, so that reloading sends nothing twice."""
    form = get_object_or_404(Form, slug=slug, active=True)
    context = {"text": form.thanks, "organisation": settings.ORGANISATION}
    return render(request, "leads/form_thanks.html", context)


@require_http_methods(["GET", "POST"])
@signed_in
def attest(request: Request, ref: str) -> HttpResponse:
    """Ask for what the definition asks of a person (GET), or take the answer (POST)."""
    return answer_decision(request, ref, Attest)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter_lead(request: Request) -> HttpResponse:
    """A marketer enters somebody by hand, and reads at once what became of it."""
    if not request.user.is_marketing:
        raise PermissionDenied("Leads are entered by marketing.")
    form = EntryForm(
        request.POST if request.method == "POST" else None, now=request.now, own=live_fields()
    )
    if request.method == "POST" and form.is_valid():
        try:
            taken = take_in(
                packet=form.packet, origin="marketer", marketer=request.user, actor=request.user,
                now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            told = urlencode({"saved": taken.lead.ref, "joined": int(taken.joined)})
            return redirect(f"{reverse('enter_lead')}?{told}")
    context = {
        "form": form, "pairs": form.pairs(), "rest": form.rest(), "back_url": "/handoffs/",
        "saved": None if form.is_bound else _saved(request),
    }  # fmt: skip
    status = 422 if form.errors else 200
    return render(request, "leads/capture.html", context, status=status)


def _saved(request: Request) -> dict[str, object] | None:
    """What became of the lead that was entered just before."""
    ref = request.GET.get("saved")
    if not ref:
        return None
    lead = get_lead_for(request.user, ref)
    joined = request.GET.get("joined") == "1"
    return {"lead": lead, "outcome": outcome_of(lead, joined=joined, now=request.now)}

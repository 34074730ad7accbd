"""Pages of those who keep forms: the list, the editor, the preview and the snippet."""

from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import FieldErrors
from leadbridge.people.http import Request, signed_in
from leadbridge.people.models import Side, User
from leads.definition.fields import live_fields
from leads.intake.hosted.forms import VisitorForm
from leads.intake.hosted.views import address_of_form, frame_of
from leads.intake.models import Form
from leads.intake.webforms.actions import Plan, find_form, require_keeper, save_form
from leads.intake.webforms.queries import lines, words_of
from leads.intake.webforms.questions import USUAL, FormField
from leads.intake.webforms.sheet import (
    ASKS,
    lines_of,
    questions_in,
    rows_of,
    typed_questions,
    typed_values,
    values_of,
)
from leads.intake.webforms.snippet import snippet_of
from leads.intake.webforms.tongues import TONGUES

PREVIEW = "A preview: this is what visitors see. Nothing can be sent from here."


@require_GET
@signed_in
def forms(request: Request) -> HttpResponse:
    """Every form."""
    require_keeper(request.user)
    return render(request, "leads/forms.html", {"lines": lines()})


@require_http_methods(["GET", "POST"])
@signed_in
def form_new(request: Request) -> HttpResponse:
    """Build a form."""
    require_keeper(request.user)
    values: dict[str, object] = {
        "language": "en", "active": True, "source": "web form",
        "marketer": request.user.username,
    }  # fmt: skip
    return edit(request, None, values, list(USUAL))


@require_http_methods(["GET", "POST"])
@signed_in
def form_edit(request: Request, slug: str) -> HttpResponse:
    """Change a form."""
    require_keeper(request.user)
    form = find_form(slug)
    return edit(request, form, values_of(form), questions_in(form, live_fields()))


def edit(
    request: Request, form: Form | None, values: dict[str, object], questions: list[FormField]
) -> HttpResponse:
    """Keep what was typed, or show what is wrong beside it."""
    own, errors = live_fields(), {}
    if request.method == "POST":
        typed = request.POST.dict()
        values = typed_values(typed)
        questions = typed_questions(typed, own)
        try:
            plan = plan_of(values, questions)
            kept = save_form(
                form_id=form.pk if form else None, plan=plan, actor=request.user, now=request.now
            )
        except FieldErrors as error:
            errors = error.errors
        else:
            messages.success(request, f"Kept “{kept.title}”. Visitors see it from now on.")
            return redirect(f"/forms/{kept.slug}/")
    context = {
        "form": form,
        "values": values,
        "errors": {name: " ".join(words) for name, words in errors.items()},
        "rows": rows_of(questions, own, errors),
        "asks": ASKS,
        "languages": [(key, tongue.name) for key, tongue in TONGUES.items()],
        "marketers": marketers(),
        "versions": words_of(form) if form else [],
        "address": address_of_form(form) if form else f"{settings.SITE_URL}/f/",
    }
    return render(request, "leads/form_edit.html", context, status=422 if errors else 200)


def marketers() -> list[tuple[str, str]]:
    """Who may answer for the leads of a form."""
    people = User.objects.filter(is_active=True, teams__side=Side.MARKETING).distinct()
    return [(one.username, str(one)) for one in people.order_by("first_name", "pk")]


def plan_of(values: Mapping[str, object], questions: list[FormField]) -> Plan:
    """What was typed as a plan; FieldErrors where nobody is called like the marketer."""
    marketer = User.objects.filter(username=str(values["marketer"]), is_active=True).first()
    if marketer is None:
        raise FieldErrors({"marketer": ["Choose who answers for its leads."]})
    texts = {
        name: str(values[name])
        for name in (
            "slug", "title", "source", "campaign", "intro", "thanks", "thanks_url",
            "consent_text", "language",
        )
    }  # fmt: skip
    return Plan(
        marketer=marketer,
        questions=questions,
        origins=lines_of(values["origins"]),
        work=bool(values["work"]),
        active=bool(values["active"]),
        **texts,
    )


@require_GET
@signed_in
def form_preview(request: Request, slug: str) -> HttpResponse:
    """As visitors see it, also while it is switched off."""
    require_keeper(request.user)
    form = find_form(slug)
    shown = VisitorForm(form, now=request.now, own=live_fields())
    context = {**frame_of(form), "bits": 0, "form": shown, "preview": PREVIEW}
    return render(request, "leads/form_public.html", context)


@require_GET
@signed_in
def form_embed(request: Request, slug: str) -> HttpResponse:
    """The snippet for other sites, and how to send without any page."""
    require_keeper(request.user)
    form = find_form(slug)
    shown = VisitorForm(form, now=request.now, own=live_fields())
    context = {"form": form, "snippet": snippet_of(form, shown), "address": address_of_form(form)}
    return render(request, "leads/form_embed.html", context)

"""The hosted form for visitors: its page, its JSON, its mark and its scripts."""

import json
from collections.abc import Callable, Mapping
from functools import wraps
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpResponse, HttpResponseNotModified, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.failing import is_away
from leadbridge.kernel.hashing import content_hash
from leadbridge.kernel.uploads import small_body
from leadbridge.people.http import Request
from leads.definition.fields import live_fields
from leads.intake.guard import TRAP, WINDOW, address_of, sign_page, too_many
from leads.intake.hosted.answers import (
    is_own,
    let_in,
    origin_of,
    said,
    send_on,
    wants_json,
    without_database,
)
from leads.intake.hosted.forms import UTM, VisitorForm
from leads.intake.hosted.posting import (
    PROGRAM,
    Doubt,
    Post,
    doubt_about,
    is_program,
    keep_post,
    suspicion,
    take_post,
)
from leads.intake.hosted.proof import BITS
from leads.intake.models import Form
from leads.intake.webforms.tongues import tongue_of

SCRIPTS = {"embed", "proof"}
View = Callable[[Request, str], HttpResponse]


def keeps_what_was_typed(view: View) -> View:
    """A page that says so and keeps everything, where the database is away."""

    @wraps(view)
    def kept(request: Request, slug: str) -> HttpResponse:
        try:
            return view(request, slug)
        except (DatabaseError, InterfaceError) as error:
            if not is_away(error):
                raise
            return without_database(request, typed_in(request))

    return kept


@never_cache
@csrf_exempt  # nobody is signed in here, and forms on other sites point to this address
@small_body
@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
def hosted_form(request: Request, slug: str) -> HttpResponse:
    """A form at its own address, for anybody; and where snippets on other sites send to."""
    form = get_object_or_404(Form.objects.select_related("marketer"), slug=slug, active=True)
    origin = origin_of(request)
    if request.method == "OPTIONS":
        return let_in(HttpResponse(status=204), origin, form)
    if request.method != "POST":
        utm = {name: request.GET.get(name, "")[:200] for name in UTM}
        shown = VisitorForm(form, now=request.now, own=live_fields(), utm=utm)
        return send_on(draw(request, form, shown), form)
    own, friend = is_own(request, origin), origin in form.origins
    if wants_json(request) and not own and not friend:
        return said(403, message="This site is not among those that may show this form.")
    post = Post(
        form=form, typed=typed_in(request), raw=request.body,
        content_type=request.content_type or "", now=request.now,
        friend=friend, elsewhere=not own and not friend,
    )  # fmt: skip
    return send_on(let_in(receive(request, post), origin, form), form)


def typed_in(request: Request) -> Mapping[str, str]:
    """What was sent: a form, or an object of short values in JSON."""
    if request.content_type != "application/json":
        return request.POST.dict()
    try:
        told = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(told, dict):
        return {}
    return {name: text for name, value in told.items() if (text := text_in(value))}


def text_in(value: object) -> str:
    """A value of JSON as an input would hold it; blank for what no input holds."""
    if value is True:
        return "on"
    if isinstance(value, int) and value.bit_length() >= 64:
        return ""  # no field of ours takes it, and Python will not write the longest ones
    return str(value) if value and isinstance(value, str | int | float) else ""


def receive(request: Request, post: Post) -> HttpResponse:
    """Take a visitor's form in, or answer with everything they wrote."""
    form, typed = post.form, dict(post.typed)
    words = tongue_of(form.language)
    filled = VisitorForm(form, typed, now=post.now, own=live_fields())
    if is_program(post):
        keep_post(post, PROGRAM, filled.as_sent())
        return thank(request, form)
    busy = too_many(address_of(request), form.slug, post.now)
    doubt = None if busy else doubt_about(post)
    if doubt is Doubt.NEW_WORDS:
        typed.pop("consent", None)
        filled = VisitorForm(form, typed, now=post.now, own=live_fields())
    if busy or doubt:
        filled.add_error(None, words.too_many if busy else getattr(words, doubt or ""))
    if not filled.is_valid():
        return show_again(request, post, filled, doubt, status=429 if busy else 422)
    doubtful = suspicion(post)
    if isinstance(doubtful, Doubt):
        filled.add_error(None, getattr(words, doubtful))
        return show_again(request, post, filled, doubtful, status=422)
    told = filled.told()
    if isinstance(doubtful, DomainError):
        keep_post(post, doubtful, told)
    else:
        take_post(post, filled.packet, told)
    return thank(request, form)


def thank(request: Request, form: Form) -> HttpResponse:
    """Where a visitor arrives after sending, so that reloading sends nothing twice."""
    if not wants_json(request):
        if form.thanks_url:
            return HttpResponseRedirect(form.thanks_url)
        return redirect("form_thanks", slug=form.slug)
    words = tongue_of(form.language)
    text = form.thanks or words.thanks_text
    return said(200, title=words.thanks, text=text, url=form.thanks_url or None)


def show_again(
    request: Request, post: Post, filled: VisitorForm, doubt: Doubt | None, *, status: int
) -> HttpResponse:
    """What is wrong. A second try after a hasty one keeps the first mark, so that it goes through;
    one that is no good any more is replaced."""
    renew = doubt in (Doubt.TOO_OLD, Doubt.NEW_WORDS, Doubt.ONCE_MORE) or not post.mark
    mark = fresh_mark(request, post.form) if renew else post.mark
    if not wants_json(request):
        return draw(request, post.form, filled, mark=mark, status=status)
    errors = {name: list(words) for name, words in filled.errors.items() if name in filled.fields}
    whole = " ".join([filled.tongue.not_sent, *filled.non_field_errors()])
    return said(status, message=whole, errors=errors, mark=mark if renew else None)


def fresh_mark(request: Request, form: Form) -> str:
    """A mark for a page that is made now."""
    return sign_page(form.slug, consent=content_hash(form.consent_text), now=request.now)


def draw(
    request: Request, form: Form, filled: VisitorForm, *, mark: str = "", status: int = 200
) -> HttpResponse:
    """The page."""
    context = {
        **frame_of(form),
        "form": filled,
        "trap": TRAP,
        "signed_at": mark or fresh_mark(request, form),
    }
    response = render(request, "leads/form_public.html", context, status=status)
    if status == 429:
        response.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
    return response


def frame_of(form: Form) -> dict[str, object]:
    """What stands around the fields."""
    return {
        "title": form.title,
        "intro": form.intro,
        "consent_text": form.consent_text,
        "words": tongue_of(form.language),
        "LANGUAGE_CODE": form.language,
        "bits": BITS if form.work else 0,
        "organisation": settings.ORGANISATION,
        "privacy_url": settings.PRIVACY_URL,
    }


@keeps_what_was_typed
@require_safe
def form_thanks(request: Request, slug: str) -> HttpResponse:
    """After sending."""
    form = get_object_or_404(Form, slug=slug, active=True)
    words = tongue_of(form.language)
    context = {
        "title": words.thanks,
        "text": form.thanks or words.thanks_text,
        "LANGUAGE_CODE": form.language,
        "organisation": settings.ORGANISATION,
    }
    return render(request, "leads/form_thanks.html", context)


@never_cache
@keeps_what_was_typed
@require_http_methods(["GET", "HEAD", "OPTIONS"])
def form_mark(request: Request, slug: str) -> HttpResponse:
    """What the page of another site needs before it sends: when it was opened, and the work that is
    asked of it. The words of consent are those that stand there, so the mark names none."""
    form = get_object_or_404(Form, slug=slug, active=True)
    if request.method == "OPTIONS":
        return let_in(HttpResponse(status=204), origin_of(request), form)
    mark = sign_page(form.slug, consent="", now=request.now)
    answer = said(200, mark=mark, bits=BITS if form.work else 0)
    return let_in(answer, origin_of(request), form)


@cache_control(public=True, max_age=3600)
@require_safe
def script(request: Request, name: str) -> HttpResponse:
    """The small scripts for other sites, at an address that never changes."""
    if name not in SCRIPTS:
        raise Http404
    text = (Path(settings.BASE_DIR) / "static" / "js" / f"{name}.js").read_bytes()
    mark = f'"{content_hash(text.decode())[:16]}"'
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    response = HttpResponse(text, content_type="text/javascript; charset=utf-8")
    response.headers["ETag"] = mark
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def address_of_form(form: Form) -> str:
    """Its whole address, for people and snippets."""
    return settings.SITE_URL + reverse("hosted_form", args=[form.slug])

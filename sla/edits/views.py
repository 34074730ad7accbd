"""The pages of calendars: who counts by which, one calendar with its year, and editing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.kernel.time import local
from leadbridge.people.access import HourSetter
from leadbridge.people.http import Request, signed_in, zone_of
from leadbridge.people.models import Team, User
from sla.agreement.models import Running
from sla.calendars.actions import Owner, create_calendar, forbidden
from sla.calendars.arithmetic import BusinessCalendar
from sla.calendars.forms import CalendarForm, as_typed, initial_of, initial_of_new
from sla.calendars.models import Calendar
from sla.calendars.queries import (
    calendar_of,
    calendars_visible_to,
    get_calendar_for,
    may_edit,
    usual_calendar,
    who_counts,
)
from sla.calendars.screen import (
    calendar_row,
    holidays_words,
    team_rows,
    version_rows,
    year_screen,
)
from sla.calendars.year import FIRST_YEAR, LAST_YEAR, differences, week_words
from sla.clocks.foreseeing import preview_edit
from sla.clocks.rebuild import start_rebuild, waiting_for_move
from sla.clocks.tasks import wake_rebuilds
from sla.edits.actions import save_edit
from sla.edits.screen import figures_of, last_rebuild, rebuild_screen


@require_GET
@signed_in
def calendars(request: Request) -> HttpResponse:
    """Whose hours there are, and who counts by which."""
    setter = HourSetter(request.user)
    visible = list(calendars_visible_to(request.user).filter(current__isnull=False))
    visible.sort(key=lambda one: (not one.organisation, one.team_id is None, one.name))
    has_own = any(one.user_id == request.user.pk for one in visible)
    context = {
        "rows": [calendar_row(one, editable=may_edit(setter, one)) for one in visible],
        "teams": team_rows(who_counts(), setter, {one.pk for one in visible}),
        "own_url": "" if has_own else f"/calendars/new/?person={request.user.username}",
        "whole_url": ""
        if any(one.organisation for one in visible) or not setter.may()
        else "/calendars/new/?organisation=1",
    }
    return render(request, "sla/calendars.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def calendar(request: Request, number: int) -> HttpResponse:
    """One calendar: its hours, to be edited by whoever may, its year and its versions."""
    found = get_calendar_for(request.user, number)
    if request.method == "POST":
        return _edit(request, found)
    editable = may_edit(HourSetter(request.user), found)
    rebuild = last_rebuild(found)
    return answer_page(
        request,
        page="sla/calendar.html",
        live="sla/_rebuild_live.html",
        stamp=stamp_of((rebuild and (rebuild.pk, rebuild.state, rebuild.done), found.current_id)),
        context=lambda: {
            **_page(request, found, _form(request, found) if editable else None),
            **_rebuilding(request, found),
        },
    )


def _edit(request: Request, found: Calendar) -> HttpResponse:
    """Look again, ask what the edit would do, or save it; whatever was typed stays."""
    if not may_edit(HourSetter(request.user), found):
        raise forbidden(found.name)
    step = request.POST.get("step")
    if step in ("look", "back"):
        return _draw(request, found, _form(request, found, judged=False))
    form = _form(request, found)
    if not form.is_valid():
        return _draw(request, found, form, status=422)
    if step == "save":
        return _save(request, found, form)
    before, after = _hours(found), BusinessCalendar.from_content(form.content)
    changes = differences(before, after)
    if form.cleaned_data["name"] != found.name:
        changes.insert(0, f"Name {found.name} → {form.cleaned_data['name']}")
    if not changes:
        form.add_error(None, "Nothing is different from what stands. There is nothing to save.")
        return _draw(request, found, form, status=422)
    context = {
        "calendar": found,
        "changes": changes,
        "typed": _typed(request),
        "figures": figures_of(
            preview_edit(calendar_id=found.pk, content=form.content, now=request.now)
        ),
        "post_url": f"/calendars/{found.pk}/",
    }
    return render(request, "sla/calendar_ask.html", context)


def _save(request: Request, found: Calendar, form: CalendarForm) -> HttpResponse:
    move = request.POST.get("running") == Running.MOVE
    try:
        saved = save_edit(
            calendar_id=found.pk,
            base=form.cleaned_data["base"],
            name=form.cleaned_data["name"],
            content=form.content,
            running=Running.MOVE if move else Running.KEEP,
            actor=request.user,
            now=request.now,
        )
    except DomainError as error:
        form.refuse(error)
        return _draw(request, found, form, status=422 if error.status == 400 else error.status)
    if saved.rebuild:
        wake_rebuilds()
    version = saved.calendar.current
    messages.success(request, f"Saved as version {version.number if version else 1}.")
    return redirect(f"/calendars/{found.pk}/")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def move_running(request: Request, number: int) -> HttpResponse:
    """Take clocks that run by older versions over to the one that stands, after asking."""
    found = get_calendar_for(request.user, number)
    if not may_edit(HourSetter(request.user), found):
        raise forbidden(found.name)
    if request.method == "POST":
        if start_rebuild(calendar_id=found.pk, actor=request.user, now=request.now):
            wake_rebuilds()
        return redirect(f"/calendars/{found.pk}/")
    content = _hours(found).content()
    context = {
        "calendar": found,
        "figures": figures_of(preview_edit(calendar_id=found.pk, content=content, now=request.now)),
        "waiting": waiting_for_move(found),
        "post_url": request.path,
    }
    return render(request, "sla/calendar_ask.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def new_calendar(request: Request) -> HttpResponse:
    """Hours of somebody who counted by others' so far."""
    owner = _owner(request)
    if not owner.may_be_set_by(HourSetter(request.user)):
        raise forbidden(owner.name)
    usual = usual_calendar(owner.person)
    initial = (
        initial_of(_hours(usual), name=owner.name)
        if usual
        else initial_of_new(owner.name, zone_of(owner.person or request.user))
    )
    if request.method != "POST":
        return _draw_new(request, owner, CalendarForm(now=request.now, initial=initial))
    if request.POST.get("step") == "look":
        typed = as_typed(request.POST, initial)
        return _draw_new(request, owner, CalendarForm(now=request.now, initial=typed))
    form = CalendarForm(request.POST, now=request.now, initial=initial)
    if form.is_valid():
        try:
            made = create_calendar(
                owner=owner, name=form.cleaned_data["name"], content=form.content,
                actor=request.user, now=request.now,
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, f"{made.name} counts for clocks that start from now on.")
            return redirect(f"/calendars/{made.pk}/")
    return _draw_new(request, owner, form, status=422)


def _owner(request: Request) -> Owner:
    """Whose calendar an address asks for; 404 where it names nobody."""
    if slug := request.GET.get("team"):
        return Owner(team=get_object_or_404(Team, slug=slug))
    if name := request.GET.get("person"):
        return Owner(person=get_object_or_404(User, username=name, is_active=True))
    if request.GET.get("organisation"):
        return Owner()
    return Owner(person=request.user)


def _form(request: Request, found: Calendar, *, judged: bool = True) -> CalendarForm:
    """The form as it stands, as it was sent, or (not `judged`) only drawn again."""
    assert found.current is not None, "only calendars with a version are shown"
    initial = initial_of(_hours(found), name=found.name, base=found.current.number)
    if request.method != "POST":
        return CalendarForm(now=request.now, initial=initial)
    if not judged:
        return CalendarForm(now=request.now, initial=as_typed(request.POST, initial))
    return CalendarForm(request.POST, now=request.now, initial=initial)


def _draw(
    request: Request, found: Calendar, form: CalendarForm, *, status: int = 200
) -> HttpResponse:
    context = {**_page(request, found, form), **_rebuilding(request, found), "typing": True}
    return render(request, "sla/calendar.html", context, status=status)


def _draw_new(
    request: Request, owner: Owner, form: CalendarForm, *, status: int = 200
) -> HttpResponse:
    context = {"whose": owner.name, "form": form, "post_url": request.get_full_path()}
    return render(request, "sla/calendar_new.html", context, status=status)


def _page(request: Request, found: Calendar, form: CalendarForm | None) -> dict[str, Any]:
    hours, zone = _hours(found), zone_of(request.user)
    versions = found.versions.select_related("made_by").order_by("-number")
    return {
        "calendar": found,
        "form": form,
        "post_url": f"/calendars/{found.pk}/",
        "zone": hours.zone.key,
        "week": week_words(hours),
        "holidays": holidays_words(hours),
        "versions": version_rows(list(versions), zone),
        **year_screen(hours, _year(request, hours), f"/calendars/{found.pk}/"),
    }


def _rebuilding(request: Request, found: Calendar) -> dict[str, Any]:
    rebuild = last_rebuild(found)
    editable = may_edit(HourSetter(request.user), found)
    return {
        "rebuild": rebuild_screen(rebuild, zone_of(request.user)) if rebuild else None,
        "waiting": waiting_for_move(found) if editable else 0,
        "move_url": f"/calendars/{found.pk}/move/",
    }


def _year(request: Request, hours: BusinessCalendar) -> int:
    """The year an address names; the present one of the calendar where it names none."""
    text = request.GET.get("year", "")
    if (
        text.isascii()
        and text.isdigit()
        and len(text) == 4
        and FIRST_YEAR <= int(text) <= LAST_YEAR
    ):
        return int(text)
    return local(request.now, hours.zone.key).year


def _hours(found: Calendar) -> BusinessCalendar:
    assert found.current_id is not None, "only calendars with a version are shown"
    return calendar_of(found.current_id)


def _typed(request: Request) -> list[tuple[str, str]]:
    """Everything that was sent, to be carried through the asking."""
    left_out = ("csrfmiddlewaretoken", "step", "running")
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in left_out
        for value in values
    ]

"""The pages about people: who is here, one person, teams, being away, leaving."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.forms import PlainForm, keep
from leadbridge.kernel.http import answer_page, stamp_of
from leadbridge.people import founding
from leadbridge.people.absence import cancel_absence, find_absence
from leadbridge.people.access import keeps_house, plans_for, sees_every_lead, viewer_of
from leadbridge.people.http import Request, signed_in
from leadbridge.people.invitation import link_for
from leadbridge.people.leaving import give_back_place, require_housekeeper
from leadbridge.people.models import Side, User
from leadbridge.people.queries import find_person, find_team, until_words
from leads.handoff.leavers import deactivate_person, preview_leaving
from leads.handoff.tasks import finish_departure
from leads.handoff.views import address, freshness, page_number
from sla.staff.forms import (
    AwayForm,
    EditForm,
    LeaveForm,
    ManagerForm,
    MemberForm,
    PersonForm,
    TeamForm,
)
from sla.staff.profile import PAGE, Profile, profile_of
from sla.staff.roster import roster, running_clocks, url_of

POST = "POST"


@require_GET
@signed_in
def people(request: Request) -> HttpResponse:
    """Everybody, team by team."""
    q = request.GET.get("q", "").strip()[:100]
    groups = roster(viewer_of(request.user), now=request.now, q=q)
    context = {
        "groups": groups, "q": q, "leads_head": leads_head(request.user),
        "may_make": keeps_house(request.user),
    }  # fmt: skip
    return render(request, "people/people.html", context)


def leads_head(user: User) -> str:
    """What the count of leads says to somebody: whoever sees not all of them must not be misled."""
    return "Open leads" if sees_every_lead(user) else "Open leads you see"


@require_GET
@signed_in
def me(request: Request) -> HttpResponse:
    """One's own page."""
    return redirect(url_of(request.user))


@require_GET
@signed_in
def me_away(request: Request) -> HttpResponse:
    """Where one says that one is away."""
    return redirect(f"{url_of(request.user)}away/")


@require_GET
@signed_in
def person(request: Request, username: str) -> HttpResponse:
    """One person: facts, absences, and what they hold."""
    found = find_person(username)
    viewer, page = viewer_of(request.user), page_number(request)
    seen = profile_of(found, viewer, now=request.now, page=page)
    return answer_page(
        request,
        page="people/person.html",
        live="people/_person_live.html",
        stamp=stamp_of((seen, freshness(request))),
        context=lambda: {
            "seen": seen,
            "who": found,
            "leads_head": leads_head(request.user),
            "pager": pager(request, seen),
        },
    )


def pager(request: Request, seen: Profile) -> dict[str, str] | None:
    """Below more leads than fit on one page."""
    if seen.whole <= PAGE:
        return None
    here, last = seen.start // PAGE + 1, seen.start + len(seen.leads)
    return {
        "text": f"{seen.start + 1:,} to {last:,} of {seen.whole:,}",
        "previous": address(request, page=here - 1 if here > 2 else None) if here > 1 else "",
        "next": address(request, page=here + 1) if last < seen.whole else "",
    }


def ask(
    request: Request, form: PlainForm, save: Callable[[], HttpResponse], **context: object
) -> HttpResponse:
    """A form as a page: drawn, or taken, or drawn again with what is wrong at its field."""
    if (answer := keep(form, save)) is not None:
        return answer
    status = 422 if form.errors else 200
    return render(request, "people/form.html", {"form": form, **context}, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
def away(request: Request, username: str) -> HttpResponse:
    """Say that somebody will be away."""
    found = find_person(username)
    if not plans_for(viewer_of(request.user), found):
        raise DomainError(
            "forbidden",
            f"Absences of {found} are told by themselves, their manager or an administrator.",
            status=403,
        )
    form = AwayForm(request.POST if request.method == POST else None, user=found, now=request.now)

    def save() -> HttpResponse:
        absence = form.save(actor=request.user)
        messages.success(request, f"{found} is away {until_words(absence)}.")
        return redirect(url_of(found))

    own = found == request.user
    return ask(
        request, form, save,
        title="I am away" if own else f"{found} is away",
        hint="From the first day on nothing new comes, and what is open goes to who stands in. "
        "Nothing comes back by itself on the return.",
        button="Save",
        back_url=url_of(found),
    )  # fmt: skip


@require_POST
@signed_in
def here(request: Request, username: str, absence_id: int) -> HttpResponse:
    """They do not go, or are back early."""
    found = find_person(username)
    if find_absence(absence_id).user_id != found.pk:
        raise DomainError("not_found", "There is no such absence.", status=404)
    return done(
        request,
        found,
        lambda: cancel_absence(absence_id=absence_id, actor=request.user, now=request.now),
        f"{found} is not away any more. What others took over stays with them.",
    )


def done(request: Request, found: User, act: Callable[[], object], said: str) -> HttpResponse:
    """Do something by one click, say what came of it, and go back to the person."""
    try:
        act()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect(url_of(found))


@require_http_methods(["GET", "POST"])
@signed_in
def new_person(request: Request) -> HttpResponse:
    """Make somebody, and show the link by which they choose a password."""
    require_housekeeper(request.user)
    form = PersonForm(request.POST if request.method == POST else None)
    return ask(
        request, form, lambda: show_link(request, form.save(actor=request.user)),
        title="New person",
        hint="You get a link for them, by which they choose a password of their own.",
        button="Make",
        back_url="/people/",
    )  # fmt: skip


@require_POST
@signed_in
def link(request: Request, username: str) -> HttpResponse:
    """A new link for somebody who lost theirs or forgot the password."""
    return show_link(request, find_person(username))


def show_link(request: Request, found: User) -> HttpResponse:
    """The link, once; it must not lie in any cache."""
    context = {"who": found, "url": url_of(found), "link": link_for(user=found, actor=request.user)}
    response = render(request, "people/link.html", context)
    add_never_cache_headers(response)
    return response


@require_http_methods(["GET", "POST"])
@signed_in
def edit(request: Request, username: str) -> HttpResponse:
    """Facts of somebody, and their role."""
    found = find_person(username)
    keeper = keeps_house(request.user)
    if found != request.user:
        require_housekeeper(request.user)
    form = EditForm(request.POST if request.method == POST else None, user=found, with_role=keeper)

    def save() -> HttpResponse:
        form.save(actor=request.user)
        messages.success(request, "Saved.")
        return redirect(url_of(found))

    return ask(request, form, save, title=f"Edit {found}", button="Save", back_url=url_of(found))


@require_http_methods(["GET", "POST"])
@signed_in
def leave(request: Request, username: str) -> HttpResponse:
    """What would become of all that somebody holds; and, said so, doing it."""
    found = find_person(username)
    preview = preview_leaving(user=found, actor=request.user, now=request.now)
    form = LeaveForm(request.POST if request.method == POST else None, user=found)
    if request.method == POST and form.is_valid():
        try:
            departure = deactivate_person(
                user=found, actor=request.user, now=request.now, successor=form.named
            )
        except DomainError as error:
            form.take_error(error)
        else:
            if departure.done_at is None:
                finish_departure.delay(departure.pk)
            messages.success(request, f"{found} has left. {departure.leads} leads move on.")
            return redirect(url_of(found))
    context = {
        "who": found, "preview": preview, "form": form, "clocks": running_clocks(found),
        "back_url": url_of(found),
    }  # fmt: skip
    return render(request, "people/leave.html", context, status=422 if form.errors else 200)


@require_POST
@signed_in
def come_back(request: Request, username: str) -> HttpResponse:
    """Somebody who had left is here again."""
    found = find_person(username)
    return done(
        request,
        found,
        lambda: give_back_place(user=found, actor=request.user, now=request.now),
        f"{found} is here again. Give them a new link, so that they can sign in.",
    )


@require_http_methods(["GET", "POST"])
@signed_in
def new_team(request: Request) -> HttpResponse:
    """Make a team."""
    require_housekeeper(request.user)
    form = TeamForm(request.POST if request.method == POST else None)

    def save() -> HttpResponse:
        team = form.save(actor=request.user)
        messages.success(request, f"Made {team}. Now add its people.")
        return redirect(f"/people/teams/{team.slug}/")

    return ask(request, form, save, title="New team", button="Make", back_url="/people/")


@require_GET
@signed_in
def team(request: Request, slug: str) -> HttpResponse:
    """Who is in a team, who leads it, and for administrators changing both."""
    return draw_team(request, slug)


def draw_team(request: Request, slug: str, **forms: PlainForm) -> HttpResponse:
    """The page of a team, with forms that were refused in place of fresh ones."""
    found = find_team(slug)
    members = found.members.order_by("-is_active", "first_name", "pk")
    context = {
        "team": found,
        "members": members,
        "may_make": keeps_house(request.user),
        "is_sales": found.side == Side.SALES,
        "manager_form": forms.get("manager") or ManagerForm(team=found),
        "member_form": forms.get("member") or MemberForm(team=found),
    }
    return render(request, "people/team.html", context, status=422 if forms else 200)


@require_POST
@signed_in
def change_team(request: Request, slug: str, act: str) -> HttpResponse:
    """Another manager, somebody more or less, or the team that takes what no rule can place."""
    require_housekeeper(request.user)
    found, actor = find_team(slug), request.user
    forms: dict[str, ManagerForm | MemberForm] = {}
    try:
        if act == "manager":
            forms[act] = ManagerForm(request.POST, team=found)
        elif act == "member":
            forms[act] = MemberForm(request.POST, team=found)
        elif act == "remove":
            user = find_person(request.POST.get("user", ""))
            founding.remove_member(actor=actor, team=found, user=user)
            messages.success(request, f"{user} is not in {found} any more.")
        elif act == "unrouted":
            founding.take_unrouted(actor=actor, team=found)
            messages.success(request, f"{found} takes what no routing rule can place.")
        else:
            raise DomainError("not_found", "There is no such page.", status=404)
        for form in forms.values():
            if not form.is_valid():
                return draw_team(request, slug, **forms)
            messages.success(request, form.save(actor=actor))
    except DomainError as error:
        if error.status in (403, 404):
            raise
        messages.error(request, error.message)
    return redirect(f"/people/teams/{found.slug}/")

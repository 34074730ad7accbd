"""The pages of saved views: all of one's own, and one opened."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import teams_led_by
from leadbridge.people.http import Request, signed_in
from leadbridge.people.models import SavedView
from leadbridge.people.saved import (
    LONGEST_NAME,
    LONGEST_QUERY,
    PAGES,
    address_of,
    delete_view,
    filters_of,
    get_view_for,
    make_usual,
    page_of,
    rename_view,
    save_view,
    vanished_in,
    views_for,
)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def saved_views(request: Request) -> HttpResponse:
    """One's views, and the form to save the filters of `of` (GET); save or change one (POST)."""
    if request.method != "POST":
        return _draw(request)
    try:
        messages.success(request, _done(request))
    except DomainError as refused:
        if refused.status != 400:
            raise
        return _draw(request, refused)
    return redirect("saved-views")


@require_GET
@signed_in
def saved_view(request: Request, number: int) -> HttpResponse:
    """Open a page with the filters of a view; those that vanished are left out, and named."""
    view = get_view_for(request.user, number)
    vanished = vanished_in(view, request.user, request.now)
    if vanished:
        given = filters_of(view.query)
        gone = ", ".join(f"{name} {given[name]}" for name in vanished)
        messages.warning(request, f"“{view.name}” is shown without what is gone: {gone}.")
    return redirect(address_of(view, vanished))


def _done(request: Request) -> str:
    """Do what was asked for; what to say of it."""
    typed, actor = request.POST, request.user
    name = typed.get("name", "")
    if typed.get("do") == "save":
        team = _number(typed["team"]) if typed.get("team") else None
        view = save_view(
            actor=actor, now=request.now, page=typed.get("of", ""), name=name,
            query=typed.get("query", "")[: 2 * LONGEST_QUERY], team_id=team,
        )  # fmt: skip
        return f"Saved “{view.name}”."
    view_id = _number(typed.get("view", ""))
    match typed.get("do"):
        case "rename":
            view = rename_view(view_id=view_id, actor=actor, name=name)
            return f"It is called “{view.name}” now."
        case "delete":
            return f"Deleted “{delete_view(view_id=view_id, actor=actor).name}”."
        case "usual":
            view = make_usual(view_id=view_id, actor=actor, usual=True)
            return f"{PAGES[view.page].label} opens with “{view.name}”."
        case "unusual":
            view = make_usual(view_id=view_id, actor=actor, usual=False)
            return f"{PAGES[view.page].label} opens without filters."
    raise DomainError("invalid", "Choose one of the buttons of the page.")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _draw(request: Request, refused: DomainError | None = None) -> HttpResponse:
    asked = request.POST if request.method == "POST" else request.GET
    of, query = asked.get("of", ""), asked.get("query", "")[: 2 * LONGEST_QUERY]
    context = {
        "page": page_of(of) if of else None,
        "of": of,
        "query": query,
        "filters": [f"{name} {value}" for name, value in filters_of(query).items()],
        "name": asked.get("name", ""),
        "teams": teams_led_by(request.user).order_by("name", "pk"),
        "rows": [_row(view, request) for view in views_for(request.user)],
        "longest": LONGEST_NAME,
        "refused": refused,
    }
    return render(request, "people/views.html", context, status=refused.status if refused else 200)


def _row(view: SavedView, request: Request) -> dict[str, object]:
    vanished = vanished_in(view, request.user, request.now)
    given = filters_of(view.query).items()
    own = view.owner_id == request.user.pk
    return {
        "view": view,
        "own": own,
        "page": PAGES[view.page].label,
        "filters": [(f"{name} {value}", name in vanished) for name, value in given],
        "whose": "" if own else f"from {view.owner}",
    }

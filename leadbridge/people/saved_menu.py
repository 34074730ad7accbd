"""The menu of saved views on a page, and the page as its usual view shows it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect

from leadbridge.kernel.http import is_live
from leadbridge.people.http import Request
from leadbridge.people.saved import PASSING, filters_of, views_for

Rest = ParamSpec("Rest")
View = Callable[Concatenate[Request, Rest], HttpResponse]
BARE = "all"  # as `view`: the page without any, though one is usual


@dataclass(frozen=True)
class Item:
    """A view in the menu."""

    name: str
    url: str
    current: bool


@dataclass(frozen=True)
class Menu:
    """What the menu offers; `bare_url` leads past the usual view, where there is one."""

    items: tuple[Item, ...]
    bare_url: str
    save_url: str


def with_views(page: str) -> Callable[[View[Rest]], View[Rest]]:
    """Offer the saved views of a page as `request.saved`, and open it with the usual one."""

    def wrap(view: View[Rest]) -> View[Rest]:
        @wraps(view)
        def seen(request: Request, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            plain = request.method == "GET" and not is_live(request)
            if not plain or request.GET.keys() & (PASSING - {"view", "page"}):
                return view(request, *args, **kwargs)
            found = list(views_for(request.user).filter(page=page))
            usual = next((v for v in found if v.usual and v.owner_id == request.user.pk), None)
            if usual and not request.GET:
                return redirect("saved-view", number=usual.pk)
            chosen = request.GET.get("view", "")
            filters = urlencode(filters_of(request.GET.urlencode()))
            request.saved = Menu(  # type: ignore[attr-defined]  # read by the template alone
                tuple(Item(v.name, f"/views/{v.pk}/", chosen == str(v.pk)) for v in found),
                f"?view={BARE}" if usual else "",
                f"/views/?{urlencode({'of': page, 'query': filters})}",
            )
            return view(request, *args, **kwargs)

        return seen

    return wrap

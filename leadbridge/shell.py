"""What the frame of every page shows: the pages somebody may open, and the proof in the corner."""

from django.conf import settings
from django.http import HttpRequest

from leadbridge.demo.organisation import WHAT_THEY_ARE, find_cast
from leadbridge.kernel.deadline import Pressure
from leadbridge.people.access import sees_figures
from leadbridge.people.models import User
from leads.handoff.models import Lead
from sla.clocks.models import Heartbeat


def shell(request: HttpRequest) -> dict[str, object]:
    """Context of base.html; where nobody is signed in, only who could be, in a demo."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) or getattr(request, "now", None) is None:
        return {"demo_accounts": demo_accounts}
    return {"shell": Shell(request, user), "currency": settings.CURRENCY}


def demo_accounts() -> list[tuple[str, str]]:
    """The people of a demo for its sign-in page, asked for by that page alone; else nobody."""
    return list(WHAT_THEY_ARE.items()) if find_cast() else []


class Shell:
    """Asked by the template only as far as it draws it: a fragment costs none of its queries."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.now = request.now  # type: ignore[attr-defined]  # set by NowMiddleware
        self.path = request.path
        self.user = user

    @property
    def nav(self) -> list[dict[str, object]]:
        """The pages this person works on, each with how many of their leads are late."""
        late = self.late
        pages: list[dict[str, object]] = []
        if not self.user.is_marketing:
            pages.append({"url": "/inbox/", "label": "Inbox", "count": late})
        pages.append(
            {
                "url": "/handoffs/",
                "label": "Handoffs",
                "count": late if self.user.is_marketing else 0,
            }
        )
        if sees_figures(self.user):
            pages.append({"url": "/sla/", "label": "SLA", "count": 0})
        for page in pages:
            page["current"] = self.path.startswith(str(page["url"]))
        return pages

    @property
    def late(self) -> int:
        """Leads that wait for this very person past their time."""
        return Lead.objects.filter(holder=self.user).under(Pressure.OVERDUE, self.now).count()

    @property
    def sweep_at(self) -> object:
        """When the sweep last ran, None before its first run."""
        return Heartbeat.objects.filter(name="sweep").values_list("at", flat=True).first()

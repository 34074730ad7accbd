"""Reading backtests: who may, which one belongs to a text, and what was on the table at signing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, When

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash
from leadbridge.people.access import sees_figures, viewer_of
from leadbridge.people.document_queries import versions_for
from leadbridge.people.models import Side, User
from leads.definition.cautions import Caution
from leads.definition.life import DEFINITION
from leads.definition.models import DefinitionVersion
from leads.handoff.models import Lead
from leads.trials.backtest import warning
from leads.trials.models import Backtest

MOST_SHOWN = 50


def backtests_for(user: User) -> Any:
    """Backtests of the versions that somebody may read, for those who read figures."""
    rows = Backtest.objects.select_related("document", "against", "asked_by")
    if not sees_figures(user):
        return rows.none()
    return rows.filter(document__in=versions_for(DEFINITION, user).values("pk"))


def get_backtest_for(user: User, number: str) -> Backtest:
    """One backtest by its id; DomainError `not_found` (404) where there is none to be seen."""
    plain = number.isascii() and number.isdigit() and len(number) <= 18
    found: Backtest | None = backtests_for(user).filter(pk=int(number)).first() if plain else None
    if found is None:
        raise DomainError("not_found", "There is no such backtest.", status=404)
    return found


def backtest_of(version: DefinitionVersion) -> Backtest | None:
    """The last backtest of the very text that a version has now, at whatever stage it is."""
    rows = Backtest.objects.filter(document=version, content_hash=content_hash(version.content))
    return rows.select_related("document", "against", "asked_by").order_by("-asked_at").first()


def last_backtest(version: DefinitionVersion) -> Backtest | None:
    """The one to show with a version: of the text it has now, else of the one it had last."""
    rows = Backtest.objects.filter(document=version)
    of_now = Case(When(content_hash=content_hash(version.content), then=0), default=1)
    return (
        rows.select_related("document", "against", "asked_by").order_by(of_now, "-asked_at").first()
    )


def caution_by_backtest(version: DefinitionVersion) -> Caution | None:
    """What the backtest of the very text of a draft warns of; where there is none, that."""
    tried = backtest_of(version)
    if tried is None:
        return Caution("This text was not tried on past leads, so nobody knows what it would do.")
    if tried.state != Backtest.State.DONE:
        return Caution("The backtest of this text is not done, so nobody knows what it would do.")
    words = warning(tried.result)
    return Caution(words, counted=True) if words else None


@dataclass(frozen=True)
class Exhibit:
    """The backtest that lay before somebody who signed: the last one of that text done by then."""

    side: Side
    by: User
    at: datetime
    backtest: Backtest | None


def exhibits(version: DefinitionVersion) -> list[Exhibit]:
    """What each signature under a version was given upon. A backtest that is done never changes,
    so its hash tells what was read."""
    done = list(
        Backtest.objects.filter(
            document=version, content_hash=version.content_hash, state=Backtest.State.DONE
        )
        .select_related("asked_by")
        .order_by("-finished_at")
    )
    found = []
    for side in Side:
        by, at = getattr(version, f"{side}_signed_by"), getattr(version, f"{side}_signed_at")
        if by is not None:
            shown = (one for one in done if one.finished_at and one.finished_at <= at)
            found.append(Exhibit(side, by, at, next(shown, None)))
    return found


def named_leads(user: User, ids: Sequence[int]) -> list[Lead]:
    """The leads of a result that somebody may see, the most valuable first."""
    leads = Lead.objects.visible_to(viewer_of(user)).filter(pk__in=ids).select_related("person")
    known: Mapping[int, Lead] = leads.in_bulk()
    return sorted(known.values(), key=lambda lead: (-(lead.value or 0), -lead.pk))[:MOST_SHOWN]

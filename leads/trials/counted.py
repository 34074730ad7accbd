"""The leads behind each figure of the disagreement report, found by the tests of the figure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from leadbridge.people.access import viewer_of
from leadbridge.people.models import User
from leads.handoff.models import Lead
from leads.trials.disagreement import (
    CHOICES,
    NUMBERS,
    Row,
    Split,
    decided_rows,
    is_refused,
    sides_of,
    verdict_of,
)
from leads.trials.known import Window
from leads.trials.own_criteria import leads_on_side

PAGE = 200
PAGE_URL = "/reports/disagreement/leads/"


@dataclass(frozen=True)
class Links:
    """Addresses of the leads that a report of some days, drawn at an instant, counts."""

    days: int
    until: datetime

    def of_split(self, split: Split, side: str, *, refused: bool) -> str:
        """One side of a test of a field, or those refused among them."""
        value = split.value[0] if isinstance(split.value, list) else split.value
        return self._to(field=split.field, value=value, side=side, refused=refused)

    def of_criterion(self, criterion_id: str, side: str, *, refused: bool) -> str:
        """Where a criterion in force is met, missed or unknown, or those refused among them."""
        return self._to(criterion=criterion_id, side=side, refused=refused)

    def of_cell(self, verdict: str, outcome: str) -> str:
        """A verdict and what became of it."""
        return self._to(verdict=verdict, outcome=outcome)

    def of_all(self, *, refused: bool = False) -> str:
        """All that sales decided, or refused."""
        return self._to(refused=refused)

    def _to(self, **asked: Any) -> str:
        told = {name: 1 if value is True else value for name, value in asked.items()}
        kept = {name: value for name, value in told.items() if value is not False}
        until = self.until.isoformat()
        return f"{PAGE_URL}?{urlencode({'days': self.days, 'until': until, **kept})}"


def counted_ids(window: Window, asked: Mapping[str, str]) -> list[int]:
    """Ids of the leads that the figure with this address counts."""
    refused = asked.get("refused") == "1"
    if asked.get("criterion"):
        side = asked.get("side", "")
        return leads_on_side(window, asked["criterion"], side, refused=refused)
    rows = decided_rows(window)
    if asked.get("field"):
        rows = _of_side(rows, asked)
    if asked.get("outcome"):
        cell = asked.get("verdict", ""), asked["outcome"]
        rows = [row for row in rows if (verdict_of(row), row["outcome"]) == cell]
    return [row["id"] for row in rows if is_refused(row) or not refused]


def _of_side(rows: list[Row], asked: Mapping[str, str]) -> list[Row]:
    field, value = asked["field"], asked.get("value", "")
    if field in CHOICES:
        met, missed = sides_of(rows, field, value)
    elif field in NUMBERS:
        try:
            met, missed = sides_of(rows, field, Decimal(value))
        except InvalidOperation:
            return []
    else:
        return []
    return {"met": met, "missed": missed}.get(asked.get("side", ""), [])


@dataclass(frozen=True)
class Counted:
    """One page of them: those whom the reader may see, and how many there are beside."""

    leads: list[Lead]
    whole: int
    seen: int
    start: int

    @property
    def hidden(self) -> int:
        """How many the reader may not see."""
        return self.whole - self.seen


def counted_leads(user: User, ids: list[int], page: int) -> Counted:
    """The leads of a figure, the last handed over first."""
    visible = Lead.objects.visible_to(viewer_of(user)).filter(pk__in=ids)
    start = (page - 1) * PAGE
    rows = visible.select_related("person").order_by("-submitted_at", "-pk")
    return Counted(list(rows[start : start + PAGE]), len(ids), visible.count(), start)

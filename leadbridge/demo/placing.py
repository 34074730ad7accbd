"""The rules by which the demo places its leads: the second version, after weeks of the first."""

import copy
from datetime import datetime
from typing import Any

from leadbridge.demo.organisation import ROUTING, Cast
from leads.routing.versions import publish_draft, start_draft

LARGE = {"field": "employees", "operator": "at_least", "value": 3000}
TERMS = {
    "emea": {
        "method": "weights",
        "members": {"sam": {"weight": 3, "per_day": 25}, "dora": {"weight": 2, "per_day": 25}},
    },
    "americas": {
        "method": "load",
        "working_hours": True,
        "away": "next",
        "members": {"nora": {"open": 80}, "lena": {"open": 40}},
    },
}


def publish_rules(cast: Cast, *, at: datetime) -> None:
    """Large companies to the head of sales, owners first, and shares as people can carry them."""
    content: dict[str, Any] = {**copy.deepcopy(ROUTING), "owner_first": True, "teams": TERMS}
    content["rules"].insert(
        0,
        {"name": "Very large companies", "conditions": [LARGE], "team": "emea", "person": "max"},
    )
    note = "Whoever works with a company keeps it. Sam takes three for two of Dora's."
    draft = start_draft(actor=cast.max, now=at, content=content, note=note)
    publish_draft(version_id=draft.pk, actor=cast.max, now=at)

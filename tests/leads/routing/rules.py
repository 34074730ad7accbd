"""Rules put into force by the real actions."""

from datetime import datetime

from leadbridge.people.models import User
from leads.routing.models import RoutingVersion
from leads.routing.versions import publish_draft, start_draft


def publish(actor: User, now: datetime, content: dict[str, object]) -> RoutingVersion:
    """Draft these rules and publish them at once."""
    draft = start_draft(actor=actor, now=now, content=content)
    return publish_draft(version_id=draft.pk, actor=actor, now=now)


def to_emea(**terms: object) -> dict[str, object]:
    """Every lead with a country goes to EMEA, by these terms."""
    known = {"field": "country", "operator": "known"}
    rule = {"name": "All", "conditions": [known], "team": "emea"}
    return {"rules": [rule], "teams": {"emea": terms}}

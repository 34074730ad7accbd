"""The one `now`: read at the rim, handed down as an argument."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils import timezone


def now() -> datetime:
    """The present instant in UTC. Called at the rim only: once a request, task or command."""
    return timezone.now()


def utc_text(instant: datetime | None) -> str | None:
    """ISO 8601 in UTC with `Z`, as the API writes every instant."""
    if instant is None:
        return None
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def local(instant: datetime, zone: str) -> datetime:
    """The same instant on the wall clock of a zone, for screens and mails."""
    return instant.astimezone(ZoneInfo(zone))

"""When a document's day of review comes, both heads are reminded: once, whatever is repeated."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings

from leadbridge.kernel.documents import DocumentState
from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.people.access import active_heads
from leadbridge.people.document_queries import review_day
from leadbridge.people.document_rules import Document, Kind
from leadbridge.people.models import Side

KIND = "document.review"


def remind_of_review(kind: Kind[Document], *, now: datetime) -> None:
    """Write to both heads, if the day has come and they were not written to yet."""
    active = kind.rows.filter(state=DocumentState.ACTIVE).first()
    if active is None:
        return
    rows = kind.confirmations.filter(document=active).order_by("-opened_at", "-pk")
    day = review_day(kind, active, list(rows))
    if day is None or now.astimezone(ZoneInfo(settings.TIME_ZONE)).date() < day:
        return
    key = f"review-{kind.name}-{active.pk}-{day:%Y%m%d}-"
    if Message.objects.filter(key__startswith=key).exists():
        return  # the common case, every minute until they have signed something
    heads = [head for side in Side for head in active_heads(side)]
    Message.objects.bulk_create(
        [
            Message(
                key=f"{key}{head.pk}",
                kind=KIND,
                recipient=head,
                data=_told(kind, active.version, day),
                created_at=now,
                next_try_at=now,
            )
            for head in heads
        ],
        ignore_conflicts=True,  # the unique key decides, whoever else runs at this moment
    )


def _told(kind: Kind[Document], version: int, day: date) -> dict[str, object]:
    return {"name": kind.name, "path": kind.path, "version": version, "day": day.isoformat()}


def render_review(message: Message) -> Letter:
    """The day has come: what to look at, and that leaving it as it is wants two signatures too."""
    data = message.data
    day = date.fromisoformat(data["day"])
    return Letter(
        subject=f"Time to review the {data['name']}",
        body=(
            f"You both agreed to look at the {data['name']} again on {day:%-d %B %Y}.\n"
            f"Version {data['version']} is in force.\n\n"
            "Propose a change, or confirm it unchanged: both of you sign either.\n\n"
            f"{settings.SITE_URL}{data['path']}\n"
        ),
    )

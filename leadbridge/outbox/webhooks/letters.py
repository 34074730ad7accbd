"""What administrators read of an address that takes nothing."""

from django.conf import settings

from leadbridge.outbox.kinds import Letter
from leadbridge.outbox.models import Message
from leadbridge.outbox.webhooks.models import Webhook


def render_parked(message: Message) -> Letter | None:
    """Nothing where all was let go again meanwhile."""
    webhook = Webhook.objects.filter(pk=message.data["webhook"]).first()
    parked = webhook.deliveries.filter(parked_at__isnull=False).count() if webhook else 0
    if webhook is None or not (parked or webhook.stopped_at):
        return None
    stopped = (
        " Nothing more is sent there until somebody starts it again." if webhook.stopped_at else ""
    )
    return Letter(
        f"Webhook “{webhook.name}” does not take what we tell it",
        f"{parked:,} deliveries to {webhook.url} were given up.{stopped}\n"
        f"Mend the address and let them go again:\n"
        f"{settings.SITE_URL}/settings/webhooks/{webhook.pk}/\n",
    )

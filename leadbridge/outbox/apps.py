from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "leadbridge.outbox"
    label = "outbox"

    def ready(self) -> None:
        """Put into words that an address of another program takes nothing."""
        from leadbridge.outbox.kinds import register
        from leadbridge.outbox.webhooks import letters, sending

        register(sending.PARKED, letters.render_parked)

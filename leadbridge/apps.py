from django.apps import AppConfig


class LeadBridgeConfig(AppConfig):
    """The composition root: commands and whatever needs all rooms."""

    name = "leadbridge"

    def ready(self) -> None:
        # Without it a web process would send its tasks to a broker that does not exist.
        from leadbridge import celery  # noqa: F401  # imported so that it is there

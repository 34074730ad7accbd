from django.apps import AppConfig


class LeadBridgeConfig(AppConfig):
    """The composition root: commands and whatever needs all rooms."""

    name = "leadbridge"

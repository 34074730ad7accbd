from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "leadbridge.outbox"
    label = "outbox"

"""Addresses of the pages of webhooks."""

from django.urls import path

from leadbridge.outbox.webhooks.views import (
    DEEDS,
    webhook_act,
    webhook_new,
    webhook_one,
    webhooks,
)

urlpatterns = [
    path("settings/webhooks/", webhooks, name="webhooks"),
    path("settings/webhooks/new/", webhook_new, name="webhook_new"),
    path("settings/webhooks/<int:number>/", webhook_one, name="webhook"),
    *(
        path(
            f"settings/webhooks/<int:number>/{what}/",
            webhook_act,
            {"what": what},
            name=f"webhook_{what}",
        )
        for what in (*DEEDS, "rotate")
    ),
]

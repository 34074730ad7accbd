"""Addresses of webhooks in the API."""

from django.urls import path

from leadbridge.outbox.webhooks.api import (
    Dismiss,
    Replay,
    Rotate,
    WebhookDeliveries,
    WebhookOne,
    Webhooks,
    WebhookTest,
)

urlpatterns = [
    path("webhooks/", Webhooks.as_view(), name="api-webhooks"),
    path("webhooks/<str:number>/", WebhookOne.as_view(), name="api-webhook"),
    path(
        "webhooks/<str:number>/deliveries/",
        WebhookDeliveries.as_view(),
        name="api-webhook-deliveries",
    ),
    path("webhooks/<str:number>/replay/", Replay.as_view(), name="api-webhook-replay"),
    path("webhooks/<str:number>/dismiss/", Dismiss.as_view(), name="api-webhook-dismiss"),
    path("webhooks/<str:number>/rotate/", Rotate.as_view(), name="api-webhook-rotate"),
    path("webhooks/<str:number>/test/", WebhookTest.as_view(), name="api-webhook-test"),
]

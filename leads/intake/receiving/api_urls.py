"""Addresses of other programs in the API."""

from django.urls import path

from leads.intake.receiving.api import Receiver

urlpatterns = [
    path("intake/<slug:provider>/<str:token>/", Receiver.as_view(), name="api-intake"),
]

"""Addresses of the quarantine in the API."""

from django.urls import path

from leads.intake.quarantine.api import Discarding, Quarantine, QuarantinedOne, TakeIn

urlpatterns = [
    path("quarantine/", Quarantine.as_view(), name="api-quarantine"),
    path("quarantine/<str:ref>/", QuarantinedOne.as_view(), name="api-quarantined"),
    path("quarantine/<str:ref>/take-in/", TakeIn.as_view(), name="api-quarantine-take-in"),
    path("quarantine/<str:ref>/discard/", Discarding.as_view(), name="api-quarantine-discard"),
]

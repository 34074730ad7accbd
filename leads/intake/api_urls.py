"""Addresses of the intake in the API."""

from django.urls import path

from leads.intake.api import Attest, Bulk, Leads

urlpatterns = [
    path("leads/", Leads.as_view(), name="api-leads"),
    path("leads/bulk/", Bulk.as_view(), name="api-leads-bulk"),
    path("leads/<str:ref>/attest/", Attest.as_view(), name="api-lead-attest"),
]

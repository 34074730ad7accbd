"""Addresses of the intake in the API."""

from django.urls import path

from leads.intake.api import Leads

urlpatterns = [path("leads/", Leads.as_view(), name="api-leads")]

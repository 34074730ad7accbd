"""Addresses of the scorecard."""

from django.urls import path

from sla.reports.scorecard import views

urlpatterns = [
    path("scorecard/", views.scorecard, name="scorecard"),
    path("scorecard/leads/", views.scorecard_leads, name="scorecard-leads"),
]

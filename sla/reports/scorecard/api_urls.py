"""Address of the scorecard in the API."""

from django.urls import path

from sla.reports.scorecard.api import ScorecardReport

urlpatterns = [
    path("reports/scorecard/", ScorecardReport.as_view(), name="reports-scorecard"),
]

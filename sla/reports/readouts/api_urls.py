"""Address of the figure of read-outs in the API."""

from django.urls import path

from sla.reports.readouts.api import ReadoutsReport

urlpatterns = [path("reports/readouts/", ReadoutsReport.as_view(), name="reports-readouts")]

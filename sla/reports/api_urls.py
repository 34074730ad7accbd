"""Addresses of the figures in the API."""

from django.urls import path

from sla.reports import api, funnel_api, time_api

urlpatterns = [
    path("leads/<str:ref>/time/", time_api.LeadTimes.as_view(), name="api-lead-time"),
    path("reports/attainment/", api.Attainment.as_view(), name="reports-attainment"),
    path("reports/times/", api.TimesReport.as_view(), name="reports-times"),
    path("reports/funnel/", funnel_api.FunnelReport.as_view(), name="reports-funnel"),
    path("reports/ledger/", api.LedgerReport.as_view(), name="reports-ledger"),
    path("reports/reasons/", api.ReasonsReport.as_view(), name="reports-reasons"),
]

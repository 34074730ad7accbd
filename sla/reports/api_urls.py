"""Addresses of the figures in the API."""

from django.urls import path

from sla.reports import api, breach_api, funnel_api, hole_api, time_api
from sla.reports.hours.api import HoursReport
from sla.reports.weekly.api import TrendReport
from sla.reports.workload.api import WorkloadReport

urlpatterns = [
    path("leads/<str:ref>/time/", time_api.LeadTimes.as_view(), name="api-lead-time"),
    path("reports/attainment/", api.Attainment.as_view(), name="reports-attainment"),
    path("reports/black-hole/", hole_api.HoleReport.as_view(), name="reports-black-hole"),
    path("reports/breaches/", breach_api.Breaches.as_view(), name="reports-breaches"),
    path("reports/causes/", breach_api.Causes.as_view(), name="reports-causes"),
    path("reports/funnel/", funnel_api.FunnelReport.as_view(), name="reports-funnel"),
    path("reports/hours/", HoursReport.as_view(), name="reports-hours"),
    path("reports/ledger/", api.LedgerReport.as_view(), name="reports-ledger"),
    path("reports/reasons/", api.ReasonsReport.as_view(), name="reports-reasons"),
    path("reports/times/", api.TimesReport.as_view(), name="reports-times"),
    path("reports/trend/", TrendReport.as_view(), name="reports-trend"),
    path("reports/workload/", WorkloadReport.as_view(), name="reports-workload"),
]

"""Addresses of the figures."""

from django.urls import path

from sla.reports import breach_views, views
from sla.reports.crowd import views as crowd
from sla.reports.hours import views as hours
from sla.reports.weekly import views as weekly
from sla.reports.workload import views as workload

urlpatterns = [
    path("sla/", views.sla, name="sla"),
    path("sla/people/", crowd.people, name="sla-people"),
    path("sla/clocks/", views.clocks, name="sla-clocks"),
    path("sla/breaches/", views.breaches, name="sla-breaches"),
    path("sla/breaches/act/", breach_views.act, name="sla-breaches-act"),
    path("sla/funnel/", views.funnel, name="sla-funnel"),
    path("sla/hours/", hours.hours, name="sla-hours"),
    path("sla/trend/", weekly.trend, name="sla-trend"),
    path("sla/workload/", workload.workload, name="sla-workload"),
    path("sla/workload/leads/", workload.workload_leads, name="sla-workload-leads"),
    path("sla/ledger/", views.ledger_page, name="sla-ledger"),
]

"""Addresses of the figures."""

from django.urls import path

from sla.reports import breach_views, heat_views, trend_views, views, workload_views

urlpatterns = [
    path("sla/", views.sla, name="sla"),
    path("sla/clocks/", views.clocks, name="sla-clocks"),
    path("sla/breaches/", views.breaches, name="sla-breaches"),
    path("sla/breaches/act/", breach_views.act, name="sla-breaches-act"),
    path("sla/funnel/", views.funnel, name="sla-funnel"),
    path("sla/hours/", heat_views.hours, name="sla-hours"),
    path("sla/trend/", trend_views.trend, name="sla-trend"),
    path("sla/workload/", workload_views.workload, name="sla-workload"),
    path("sla/workload/leads/", workload_views.workload_leads, name="sla-workload-leads"),
    path("sla/ledger/", views.ledger_page, name="sla-ledger"),
]

"""Address of the figures of handovers."""

from django.urls import path

from sla.reports.handovers import views

urlpatterns = [path("handoffs/figures/", views.handover_figures, name="handover-figures")]

"""Address of the audit."""

from django.urls import path

from sla.reports.audit import views

urlpatterns = [path("sla/audit/", views.audit, name="audit")]

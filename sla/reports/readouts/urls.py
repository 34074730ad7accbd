"""Address of the read-outs behind their figure."""

from django.urls import path

from sla.reports.readouts import views

urlpatterns = [path("sla/readouts/", views.readouts, name="sla-readouts")]

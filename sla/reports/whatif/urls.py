"""Addresses of what-if."""

from django.urls import path

from sla.reports.whatif import views

urlpatterns = [
    path("sla/whatif/", views.whatifs, name="whatifs"),
    path("sla/whatif/<str:number>/", views.whatif, name="whatif"),
]

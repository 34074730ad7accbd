"""Addresses of clocks."""

from django.urls import path

from sla.clocks import views

urlpatterns = [path("clocks/<str:number>/", views.clock, name="clock")]

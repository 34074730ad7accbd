"""Addresses of clocks in the API."""

from django.urls import path

from sla.clocks.api import ClockExplanation, ClockList, ClockOne, LeadClocks, Outages

urlpatterns = [
    path("clocks/", ClockList.as_view(), name="api-clocks"),
    path("clocks/<str:number>/", ClockOne.as_view(), name="api-clock"),
    path("clocks/<str:number>/explain/", ClockExplanation.as_view(), name="api-clock-explain"),
    path("outages/", Outages.as_view(), name="api-outages"),
    path("leads/<str:ref>/clocks/", LeadClocks.as_view(), name="api-lead-clocks"),
]

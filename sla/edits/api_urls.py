"""Addresses of calendars, and of what edits do to running clocks, in the API."""

from django.urls import path

from sla.edits.agreement_api import AgreementRunning
from sla.edits.api import CalendarOne, CalendarPreviewEdit, Calendars, CalendarYear

urlpatterns = [
    path(
        "agreements/<str:number>/running/",
        AgreementRunning.as_view(),
        name="api-agreement-running",
    ),
    path("calendars/", Calendars.as_view(), name="api-calendars"),
    path("calendars/<str:number>/", CalendarOne.as_view(), name="api-calendar"),
    path("calendars/<str:number>/year/", CalendarYear.as_view(), name="api-calendar-year"),
    path(
        "calendars/<str:number>/preview-edit/",
        CalendarPreviewEdit.as_view(),
        name="api-calendar-preview-edit",
    ),
]

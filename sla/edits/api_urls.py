"""Addresses of calendars in the API."""

from django.urls import path

from sla.edits.api import CalendarOne, CalendarPreviewEdit, Calendars, CalendarYear

urlpatterns = [
    path("calendars/", Calendars.as_view(), name="api-calendars"),
    path("calendars/<int:number>/", CalendarOne.as_view(), name="api-calendar"),
    path("calendars/<int:number>/year/", CalendarYear.as_view(), name="api-calendar-year"),
    path(
        "calendars/<int:number>/preview-edit/",
        CalendarPreviewEdit.as_view(),
        name="api-calendar-preview-edit",
    ),
]

"""Addresses of calendars in the API."""

from django.urls import path

from sla.calendars.api import CalendarPreview

urlpatterns = [
    path("calendars/preview/", CalendarPreview.as_view(), name="calendar-preview"),
]

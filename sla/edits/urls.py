"""Addresses of calendars."""

from django.urls import path

from sla.edits import agreement_views, views

urlpatterns = [
    path("calendars/", views.calendars, name="calendars"),
    path("calendars/new/", views.new_calendar, name="calendar-new"),
    path("calendars/<int:number>/", views.calendar, name="calendar"),
    path("calendars/<int:number>/move/", views.move_running, name="calendar-move"),
    path("agreement/v<int:number>/running/", agreement_views.running, name="agreement-running"),
]

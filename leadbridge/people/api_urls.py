"""Addresses of people in the API."""

from django.urls import path

from leadbridge.people.api import AbsenceCancel, Absences, People, Teams

urlpatterns = [
    path("people/", People.as_view(), name="api-people"),
    path("teams/", Teams.as_view(), name="api-teams"),
    path("absences/", Absences.as_view(), name="api-absences"),
    path("absences/<str:number>/cancel/", AbsenceCancel.as_view(), name="api-absence-cancel"),
]

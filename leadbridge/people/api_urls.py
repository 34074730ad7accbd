"""Addresses of people in the API."""

from django.urls import path

from leadbridge.people.api import People, Teams

urlpatterns = [
    path("people/", People.as_view(), name="api-people"),
    path("teams/", Teams.as_view(), name="api-teams"),
]

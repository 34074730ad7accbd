"""Addresses of leaving in the API."""

from django.urls import path

from sla.staff.api import Deactivate, Leaving

urlpatterns = [
    path("people/<str:username>/leaving/", Leaving.as_view(), name="api-leaving"),
    path("people/<str:username>/deactivate/", Deactivate.as_view(), name="api-deactivate"),
]

"""Addresses of the work on leads in the API."""

from django.urls import path

from leads.work.api import Touch

urlpatterns = [path("leads/<str:ref>/touch/", Touch.as_view(), name="api-lead-touch")]

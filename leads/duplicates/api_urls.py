"""Addresses of the same in the API."""

from django.urls import path

from leads.duplicates.api import DuplicateOne, Duplicates, Unmerge

urlpatterns = [
    path("duplicates/", Duplicates.as_view(), name="api-duplicates"),
    path("duplicates/<str:number>/", DuplicateOne.as_view(), name="api-duplicate"),
    path("leads/<str:ref>/unmerge/", Unmerge.as_view(), name="api-lead-unmerge"),
]

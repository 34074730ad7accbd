"""Addresses of saved views."""

from django.urls import path

from leadbridge.people.views import saved_view, saved_views

urlpatterns = [
    path("views/", saved_views, name="saved-views"),
    path("views/<int:number>/", saved_view, name="saved-view"),
]

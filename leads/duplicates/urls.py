"""Addresses of questions about people who look alike, and of taking an answer back."""

from django.urls import path

from leads.duplicates import views

urlpatterns = [
    path("duplicates/", views.duplicates, name="duplicates"),
    path("leads/<str:ref>/separate/", views.separate, name="lead-separate"),
]

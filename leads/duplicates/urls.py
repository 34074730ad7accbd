"""Addresses of questions about people who look alike."""

from django.urls import path

from leads.duplicates import views

urlpatterns = [path("duplicates/", views.duplicates, name="duplicates")]

"""Addresses of what sellers do with a lead."""

from django.urls import path

from leads.work import views

urlpatterns = [path("leads/<str:ref>/touch/", views.touch, name="lead-touch")]

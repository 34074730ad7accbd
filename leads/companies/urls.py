"""Addresses of companies."""

from django.urls import path

from leads.companies import views

urlpatterns = [
    path("companies/", views.companies, name="companies"),
    path("companies/new/", views.company_edit, name="company-new"),
    path("companies/<int:number>/", views.company_edit, name="company"),
]

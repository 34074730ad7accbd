"""Addresses of companies in the API."""

from django.urls import path

from leads.companies.api import Companies, CompanyOne

urlpatterns = [
    path("companies/", Companies.as_view(), name="api-companies"),
    path("companies/<str:number>/", CompanyOne.as_view(), name="api-company"),
]

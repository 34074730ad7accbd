"""Addresses of what-if in the API."""

from django.urls import path

from sla.reports.whatif import api

urlpatterns = [
    path("reports/whatif/", api.WhatIfs.as_view(), name="api-whatifs"),
    path("reports/whatif/<str:number>/", api.WhatIfOne.as_view(), name="api-whatif"),
]

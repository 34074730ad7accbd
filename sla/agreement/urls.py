"""Addresses of the agreement."""

from django.urls import path

from leadbridge.people.document_pages import ACTS
from sla.agreement import views

urlpatterns = [
    path("agreement/", views.agreement, name="agreement"),
    path("agreement/draft/", views.draft, name="agreement-draft"),
    path("agreement/v<int:number>/", views.version, name="agreement-version"),
    path("agreement/v<int:number>/edit/", views.edit, name="agreement-edit"),
    *(
        path(f"agreement/v<int:number>/{name}/", views.act, {"name": name}, f"agreement-{name}")
        for name in ACTS
    ),
]

"""Addresses of the definition and of own fields."""

from django.urls import path

from leadbridge.people.document_pages import ACTS
from leads.defining import views

urlpatterns = [
    path("definition/", views.definition, name="definition"),
    path("definition/draft/", views.draft, name="definition-draft"),
    path("definition/v<int:number>/", views.version, name="definition-version"),
    path("definition/v<int:number>/edit/", views.edit, name="definition-edit"),
    path("definition/v<int:number>/remark/", views.remark, name="definition-remark"),
    *(
        path(f"definition/v<int:number>/{name}/", views.act, {"name": name}, f"definition-{name}")
        for name in ACTS
    ),
    path("settings/fields/", views.own_fields, name="own-fields"),
]

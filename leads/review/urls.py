"""Addresses of disputes and reasons."""

from django.urls import path

from leads.review import views
from leads.review.forms import FORMS

urlpatterns = [
    path("disputes/", views.disputes, name="disputes"),
    path("settings/reasons/", views.reasons, name="reasons"),
    path("settings/reasons/new/", views.reason_new, name="reason-new"),
    path("settings/reasons/<str:action>/<str:code>/", views.reason_edit, name="reason-edit"),
    path("settings/reasons/<str:action>/<str:code>/kinds/", views.kind_new, name="kind-new"),
    path(
        "settings/reasons/<str:action>/<str:code>/kinds/<str:kind>/",
        views.kind_edit,
        name="kind-edit",
    ),
    path("leads/<str:ref>/reasons/", views.recodings, name="lead-reasons"),
    path("leads/<str:ref>/reasons/<int:number>/", views.recode, name="lead-recode"),
    *(
        path(f"leads/<str:ref>/{name}/", views.act, {"name": name}, name=f"lead-{name}")
        for name in FORMS
    ),
]

"""Addresses of the rules that place leads."""

from django.urls import path

from leads.placing import views

urlpatterns = [
    path("routing/", views.routing, name="routing"),
    path("routing/draft/", views.draft, name="routing-draft"),
    path("routing/v<int:number>/", views.version, name="routing-version"),
    path("routing/v<int:number>/edit/", views.edit, name="routing-edit"),
    path("routing/v<int:number>/publish/", views.publish, name="routing-publish"),
    path("routing/v<int:number>/drop/", views.drop, name="routing-drop"),
    path("routing/v<int:number>/restore/", views.restore, name="routing-restore"),
    path("routing/v<int:number>/replay/", views.replay_page, name="routing-replay"),
]

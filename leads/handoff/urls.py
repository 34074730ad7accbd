"""Addresses of the handoff's pages."""

from django.urls import path

from leads.handoff import views
from leads.handoff.forms import DECISIONS

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("handoffs/", views.handoffs, name="handoffs"),
    path("leads/<str:ref>/", views.lead, name="lead"),
    *(
        path(f"leads/<str:ref>/{name}/", views.decide, {"name": name}, name=f"lead-{name}")
        for name in DECISIONS
    ),
]

"""Addresses of leads in the API."""

from django.urls import path

from leads.handoff.api import ACTIONS, LeadCustody, LeadEvents, LeadOne

urlpatterns = [
    path("leads/<str:ref>/", LeadOne.as_view(), name="api-lead"),
    path("leads/<str:ref>/events/", LeadEvents.as_view(), name="api-lead-events"),
    path("leads/<str:ref>/custody/", LeadCustody.as_view(), name="api-lead-custody"),
    *(
        path(f"leads/<str:ref>/{name}/", view.as_view(), name=f"api-lead-{name}")
        for name, view in ACTIONS.items()
    ),
]

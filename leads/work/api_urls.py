"""Addresses of the work on leads in the API."""

from django.urls import path

from leads.work.api import ACTIONS, LeadPauses, LeadQuestions

urlpatterns = [
    path("leads/<str:ref>/questions/", LeadQuestions.as_view(), name="api-lead-questions"),
    path("leads/<str:ref>/pauses/", LeadPauses.as_view(), name="api-lead-pauses"),
    *(
        path(f"leads/<str:ref>/{name}/", view.as_view(), name=f"api-lead-{name}")
        for name, view in ACTIONS.items()
    ),
]

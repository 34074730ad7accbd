from django.urls import path

from leads.intake.views import attest, enter_lead, form_thanks, hosted_form

urlpatterns = [
    path("handoffs/new/", enter_lead, name="enter_lead"),
    path("leads/<str:ref>/attest/", attest, name="lead-attest"),
    path("f/<slug:slug>/", hosted_form, name="hosted_form"),
    path("f/<slug:slug>/thanks/", form_thanks, name="form_thanks"),
]

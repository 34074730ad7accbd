from django.urls import path

from leads.intake.views import attest, enter_lead

urlpatterns = [
    path("handoffs/new/", enter_lead, name="enter_lead"),
    path("leads/<str:ref>/attest/", attest, name="lead-attest"),
]

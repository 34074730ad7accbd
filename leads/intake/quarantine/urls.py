from django.urls import path

from leads.intake.quarantine.views import quarantine, quarantined, raw

urlpatterns = [
    path("quarantine/", quarantine, name="quarantine"),
    path("quarantine/<str:ref>/", quarantined, name="quarantined"),
    path("quarantine/<str:ref>/raw/", raw, name="quarantined-raw"),
]

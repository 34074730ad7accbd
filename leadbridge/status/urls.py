"""Addresses of the status page."""

from django.urls import path

from leadbridge.status import views

urlpatterns = [
    path("status/", views.status_page, name="status"),
    path("status/mail/", views.retry_mail, name="status-retry-mail"),
    path("status/outage/", views.outage, name="status-outage"),
    path("status/figures/", views.recount_figures, name="status-recount"),
    path("status/clocks/", views.retry_set_aside, name="status-retry-clocks"),
]

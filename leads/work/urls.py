"""Addresses of what is done on the way of a lead."""

from django.urls import path

from leads.work import views
from leads.work.forms import ACTS

urlpatterns = [
    path(f"leads/<str:ref>/{name}/", views.act, {"name": name}, name=f"lead-{name}")
    for name in ACTS
]

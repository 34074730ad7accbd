"""Addresses of one's own figures."""

from django.urls import path

from sla.reports.mine import views

urlpatterns = [
    path("mine/", views.mine, name="mine"),
    path("mine/clocks/", views.mine_clocks, name="mine-clocks"),
]

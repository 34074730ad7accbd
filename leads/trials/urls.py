"""Addresses of what outcomes teach."""

from django.urls import path

from leads.trials import views

urlpatterns = [
    path("reports/disagreement/", views.disagree, name="disagreement"),
    path("reports/disagreement/leads/", views.disagreed_leads, name="disagreement-leads"),
    path("definition/backtests/", views.backtests, name="backtests"),
    path("definition/backtests/<str:number>/", views.backtest, name="backtest"),
    path("definition/<int:number>/backtest/", views.ask, name="backtest-ask"),
]

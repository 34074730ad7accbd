"""Addresses of what outcomes teach, in the API."""

from django.urls import path

from leads.trials import api

urlpatterns = [
    path("reports/disagreement/", api.DisagreementReport.as_view(), name="api-disagreement"),
    path(
        "definitions/<str:number>/backtest/",
        api.AskBacktest.as_view(),
        name="api-definition-backtest",
    ),
    path("backtests/<str:number>/", api.BacktestOne.as_view(), name="api-backtest"),
]

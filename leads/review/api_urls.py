"""Addresses of disputes and reasons in the API."""

from django.urls import path

from leads.review.api import (
    DisputeFigures,
    Disputes,
    KindOne,
    Kinds,
    ReasonOne,
    Reasons,
    Recode,
)

urlpatterns = [
    path("reasons/", Reasons.as_view(), name="api-reasons"),
    path("reasons/<str:action>/<str:code>/", ReasonOne.as_view(), name="api-reason"),
    path("reasons/<str:action>/<str:code>/kinds/", Kinds.as_view(), name="api-kinds"),
    path("reasons/<str:action>/<str:code>/kinds/<str:kind>/", KindOne.as_view(), name="api-kind"),
    path("events/<str:number>/recode/", Recode.as_view(), name="api-event-recode"),
    path("disputes/", Disputes.as_view(), name="api-disputes"),
    path("disputes/figures/", DisputeFigures.as_view(), name="api-dispute-figures"),
]

"""Addresses of agreements in the API."""

from django.urls import path

from sla.agreement import api

urlpatterns = [
    path("agreements/", api.AgreementList.as_view(), name="api-agreements"),
    path("agreements/<str:number>/", api.AgreementOne.as_view(), name="api-agreement"),
    *(
        path(f"agreements/<str:number>/{name}/", view.as_view(), name=f"api-agreement-{name}")
        for name, view in (
            ("propose", api.Propose),
            ("sign", api.Sign),
            ("withdraw", api.Withdraw),
            ("retire", api.Retire),
            ("confirm", api.Confirm),
        )
    ),
]

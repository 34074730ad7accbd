"""Addresses of definitions and own fields in the API."""

from django.urls import path

from leads.defining import api

urlpatterns = [
    path("definitions/", api.DefinitionList.as_view(), name="api-definitions"),
    path("definitions/<str:number>/", api.DefinitionOne.as_view(), name="api-definition"),
    *(
        path(f"definitions/<str:number>/{name}/", view.as_view(), name=f"api-definition-{name}")
        for name, view in (
            ("propose", api.Propose),
            ("sign", api.Sign),
            ("withdraw", api.Withdraw),
            ("retire", api.Retire),
            ("confirm", api.Confirm),
            ("check", api.Check),
            ("remarks", api.Remarks),
        )
    ),
    path("fields/", api.Fields.as_view(), name="api-fields"),
    path("fields/<str:key>/", api.FieldOne.as_view(), name="api-field"),
    path("fields/<str:key>/retire/", api.FieldRetire.as_view(), name="api-field-retire"),
    path("fields/<str:key>/restore/", api.FieldRestore.as_view(), name="api-field-restore"),
]

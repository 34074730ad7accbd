"""Addresses of the rules that place leads, in the API."""

from django.urls import path

from leads.placing import api

urlpatterns = [
    path("routing/", api.Versions.as_view(), name="api-routing"),
    path("routing/<int:number>/", api.VersionOne.as_view(), name="api-routing-one"),
    *(
        path(f"routing/<int:number>/{name}/", view.as_view(), name=f"api-routing-{name}")
        for name, view in (
            ("publish", api.Publish),
            ("restore", api.Restore),
            ("try", api.Try),
            ("replay", api.Replay),
        )
    ),
]

from django.urls import path

from leads.intake.receiving.views import (
    delivery,
    delivery_raw,
    endpoint_act,
    endpoint_new,
    endpoint_one,
    endpoints,
)

urlpatterns = [
    path("settings/intake/", endpoints, name="endpoints"),
    path("settings/intake/new/", endpoint_new, name="endpoint_new"),
    path("settings/intake/<int:number>/", endpoint_one, name="endpoint"),
    path(
        "settings/intake/<int:number>/replay/",
        endpoint_act,
        {"what": "replay"},
        name="endpoint_replay",
    ),
    path(
        "settings/intake/<int:number>/close/",
        endpoint_act,
        {"what": "close"},
        name="endpoint_close",
    ),
    path("settings/intake/deliveries/<int:number>/", delivery, name="delivery"),
    path("settings/intake/deliveries/<int:number>/raw/", delivery_raw, name="delivery_raw"),
]

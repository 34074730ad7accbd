"""The limit of the web figures: Django with one view and nothing around it."""

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path


def ok(request: HttpRequest) -> HttpResponse:
    """As little as can be said."""
    return HttpResponse("ok")


urlpatterns = [path("", ok)]

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], MIDDLEWARE=[], SECRET_KEY="bench"
    )
application = WSGIHandler()

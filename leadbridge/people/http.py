"""The request as our views get it."""

from datetime import datetime

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from leadbridge.people.models import User


class Request(HttpRequest):
    """A request of somebody who is signed in, with the one `now` it reckons with."""

    user: User
    now: datetime
    htmx: HtmxDetails

"""Where other programs send to. Nobody signs in here: the address itself is known to its sender,
and most senders sign what they send."""

from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.failing import is_away
from leadbridge.people.calls import now_of
from leads.intake.guard import address_of, too_many
from leads.intake.hosted.answers import asked_to_wait, without_database
from leads.intake.receiving.actions import find_endpoint, write_down
from leads.intake.receiving.models import DeliveryState, Endpoint
from leads.intake.receiving.providers import PROVIDERS
from leads.intake.receiving.readers import Unread, read_pairs
from leads.intake.receiving.signatures import answer_linkedin
from leads.intake.receiving.tasks import wake_deliveries

THANKS = "Thank you. It has arrived, and a person will answer you."


class Anything(BaseParser):
    """Bodies are kept as they are; nothing is parsed on the way in."""

    media_type = "*/*"

    def parse(self, stream: object, *_: object, **__: object) -> dict[str, object]:
        """Never asked for."""
        return {}


class Receiver(APIView):
    """One address for one provider."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = (Anything,)

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        """With a page that keeps what a visitor typed, where the database is away. Forms are sent
        by pages of other sites, which may read the short answer and nothing else."""
        try:
            response = super().dispatch(request, *args, **kwargs)
        except (DatabaseError, InterfaceError) as error:
            form = PROVIDERS.get(str(kwargs.get("provider")))
            if not is_away(error) or form is None or not form.form:
                raise
            response = without_database(request, _typed(request))
        if getattr(PROVIDERS.get(str(kwargs.get("provider"))), "form", False):
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type, Authorization"
        return response

    @extend_schema(
        operation_id="intake_receive",
        tags=["intake"],
        auth=[],
        request={"*/*": OpenApiTypes.BINARY},
        responses={
            200: OpenApiResponse(description="What a form of this provider expects."),
            202: OpenApiResponse(description="It is written down and will be read."),
            302: OpenApiResponse(description="A visitor is sent on to their `retURL`."),
            401: OpenApiResponse(description="The signature does not fit; kept all the same."),
            404: OpenApiResponse(description="No such address, or it is closed."),
            429: OpenApiResponse(description="A form sent too often from one network; not kept."),
        },
    )
    def post(self, request: Request, provider: str, token: str) -> HttpResponseBase:
        """The provider's own body, as it is. The same again makes nothing twice."""
        endpoint, plain = find_endpoint(provider, token), request._request
        form = PROVIDERS[provider].form
        if form and too_many(address_of(plain), token, now_of(request)):
            if provider == "salesforce":  # the browser of a visitor, who would see JSON
                return asked_to_wait(plain, _typed(plain))
            raise DomainError(
                "too_many", "Much comes from your network; try again in ten minutes.", status=429
            )
        url = f"{settings.SITE_URL}{plain.get_full_path()}"
        delivery = write_down(
            endpoint=endpoint, raw=plain.body, headers=dict(plain.headers), url=url,
            now=now_of(request),
        )  # fmt: skip
        if delivery.state == DeliveryState.REFUSED:
            raise DomainError("bad_signature", delivery.note, status=401)
        wake_deliveries()
        if provider == "salesforce":
            return answer_visitor(plain)
        if provider == "hubspot_form":
            return Response({"inlineMessage": THANKS})
        return Response({"received": True}, status=202)

    @extend_schema(
        operation_id="intake_prove",
        tags=["intake"],
        auth=[],
        responses={200: OpenApiResponse(description="The answer to the provider's challenge.")},
    )
    def get(self, request: Request, provider: str, token: str) -> HttpResponseBase:
        """Prove to the provider that the address is ours."""
        endpoint = find_endpoint(provider, token)
        return prove(endpoint, request)


def prove(endpoint: Endpoint, request: Request) -> HttpResponseBase:
    """What each provider asks for before it sends anything."""
    asked = request.query_params
    if endpoint.provider == "facebook":
        if asked.get("hub.verify_token") != endpoint.token:
            raise DomainError("forbidden", "The verify token does not fit.", status=403)
        return HttpResponse(asked.get("hub.challenge", "")[:200], content_type="text/plain")
    if endpoint.provider == "linkedin":
        code = asked.get("challengeCode", "")[:200]
        told = {"challengeCode": code, "challengeResponse": answer_linkedin(endpoint.secret, code)}
        return Response(told)
    if endpoint.provider == "mailchimp":
        return HttpResponse("ok", content_type="text/plain")
    raise MethodNotAllowed("GET")


def _typed(request: HttpRequest) -> dict[str, str]:
    try:
        return dict(read_pairs(request.body, request.content_type or ""))
    except Unread:
        return {}


def answer_visitor(request: HttpRequest) -> HttpResponse:
    """As Salesforce answers: on to `retURL`; with `debug`, what was understood instead."""
    typed = _typed(request)
    lines = [f"{name}: {text[:100]}" for name, text in typed.items()]
    if typed.get("debug") == "1":
        context = {"title": "It has arrived (debug)", "text": "\n".join(lines)}
        return render(request, "leads/form_thanks.html", context)
    there = typed.get("retURL", "")
    if is_web_address(there):
        return HttpResponseRedirect(there)
    return render(request, "leads/form_thanks.html", {"text": THANKS})


def is_web_address(url: str) -> bool:
    """A whole address of the web, and nothing cleverer."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    clean = url.isprintable() and "\\" not in url and " " not in url and "@" not in parts.netloc
    return clean and parts.scheme in ("http", "https") and bool(parts.hostname)

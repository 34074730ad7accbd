"""What every call of the API needs: who calls and when, a strict body, typed filters."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any, ClassVar, cast

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from leadbridge.kernel.errors import FieldErrors
from leadbridge.kernel.pagination import CursorPages, Order
from leadbridge.kernel.reading import shown
from leadbridge.kernel.text import Refused, clean_text
from leadbridge.people.idempotency import ApiView
from leadbridge.people.models import User

INSTANT = "Give date, time and zone, for example 2026-11-23T10:00:00Z."
LONGEST_WORDS = 5_000
OF_EVERY_LIST = frozenset({"cursor", "page_size", "format"})


def caller(request: Request) -> User:
    """The person who calls; the permissions saw to it that there is one."""
    assert isinstance(request.user, User), "permissions were checked before"
    return request.user


def now_of(request: Request) -> datetime:
    """The one `now` of this call."""
    return cast("datetime", request._request.now)  # type: ignore[attr-defined]  # by NowMiddleware


class ListView(ApiView):
    """A list: `{next, previous, results}`."""

    pagination_class: ClassVar[type[CursorPages]] = CursorPages
    order = Order()


class Words(serializers.CharField):
    """A text that a person wrote, made fit to be kept."""

    def __init__(self, *, longest: int = LONGEST_WORDS, lines: bool = True, **kwargs: Any) -> None:
        self.lines = lines
        kwargs.setdefault("allow_blank", not kwargs.get("required", True))
        super().__init__(max_length=longest, **kwargs)
        self.longest = longest
        self.validators = []  # `clean_text` refuses for itself, in one set of sentences

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """The cleaned text; a null counts as nothing said."""
        if data is None:
            data = ""
        return super().run_validation(data)

    def to_internal_value(self, data: object) -> str:
        """The text, or a sentence about why not."""
        try:
            return clean_text(data, longest=self.longest, lines=self.lines)
        except Refused as refusal:
            raise serializers.ValidationError(str(refusal)) from None


class Instant(serializers.DateTimeField):
    """An instant in ISO 8601 with its zone; without one it could mean two dozen instants."""

    def to_internal_value(self, value: object) -> datetime:
        """The instant in UTC."""
        try:
            return read_instant(value)
        except Refused as refusal:
            raise serializers.ValidationError(str(refusal)) from None


class Body(serializers.Serializer[Any]):
    """A body that holds nothing but its fields: a misspelt one must not vanish in silence."""

    def to_internal_value(self, data: Any) -> Any:
        """The values, or every error at once."""
        unknown = {
            shown(name)[1:-1] or "?": [_about(str(name), self.fields)]
            for name in data
            if name not in self.fields
        }
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            detail = error.detail if isinstance(error.detail, dict) else {"": error.detail}
            raise serializers.ValidationError({**detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return values


def _about(name: str, known: Collection[str]) -> str:
    close = get_close_matches(name[:40], list(known), n=1)
    return f"There is no such field.{f' Did you mean “{close[0]}”?' if close else ''}"


def read_body(request: Request, body: type[Body]) -> dict[str, Any]:
    """The body of a call, checked; FieldErrors or ValidationError otherwise."""
    if not isinstance(request.data, Mapping):
        raise FieldErrors({"": ["Send a JSON object."]})
    reader = body(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)


def read_instant(raw: object) -> datetime:
    """An aware instant in UTC out of ISO text."""
    try:
        value = datetime.fromisoformat(raw) if isinstance(raw, str) else None
        if value is None or value.utcoffset() is None:
            raise Refused(INSTANT)
        return value.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refused(INSTANT) from None


class Query:
    """The query parameters of a list; errors gather until `close`. A misspelt filter is refused:
    it would quietly answer with everything."""

    def __init__(self, request: Request, known: Collection[str]) -> None:
        self.params = request.query_params
        self.errors: dict[str, list[str]] = {}
        for name in self.params:
            if name not in known and name not in OF_EVERY_LIST:
                self.errors[shown(name)[1:-1] or "?"] = [
                    f"There is no such filter; there are {', '.join(sorted(known))}."
                ]

    def text(self, name: str) -> str:
        """A text, blank where it was not given."""
        try:
            return clean_text(self.params.get(name), longest=200)
        except Refused as refusal:
            self.errors[name] = [str(refusal)]
            return ""

    def choices(self, name: str, known: Collection[str]) -> list[str]:
        """One or several of the known words, with commas or by repeating the parameter."""
        words = [word for text in self.params.getlist(name) for word in text.split(",") if word]
        if any(word not in known for word in words):
            self.errors[name] = [f"Choose from: {', '.join(known)}."]
            return []
        return words

    def number(self, name: str) -> int | None:
        """The number of a row, with or without its letter (`L-12`)."""
        text = self.text(name).removeprefix("L-")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 18):
            self.errors[name] = ["Give a number or a reference such as L-12."]
            return None
        return int(text)

    def instant(self, name: str) -> datetime | None:
        """An instant with its zone. A plus sign that was not escaped arrives as a space."""
        text = self.text(name).replace(" ", "+")
        if not text:
            return None
        try:
            return read_instant(text)
        except Refused as refusal:
            self.errors[name] = [str(refusal)]
            return None

    def close(self) -> None:
        """Raise all errors, if there are any."""
        if self.errors:
            raise FieldErrors(self.errors)


def page_of(view: APIView, request: Request, queryset: Any) -> tuple[CursorPages, list[Any]]:
    """The page that is asked for, and what writes its answer."""
    pages = CursorPages()
    return pages, pages.paginate_queryset(queryset, request, view)

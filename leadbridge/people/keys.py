"""API keys: made once, kept as a hash, good for reading or for writing too."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.prepared import Prepared
from leadbridge.people.models import ApiKey, User

if TYPE_CHECKING:  # DRF reads its settings while `rest_framework.views` is being imported
    from rest_framework.views import APIView


def make_key(*, user: User, name: str, scope: str, now: datetime) -> str:
    """A new key, told this once. DomainError where the person has a key of that name."""
    if scope not in ApiKey.Scope.values:
        raise DomainError("invalid", "The scope is read or write.", field="scope")
    if ApiKey.objects.filter(user=user, name=name, revoked_at=None).exists():
        raise DomainError("invalid", f"{user} has a key called {name!r} already.", field="name")
    key = f"lb_{secrets.token_urlsafe(32)}"
    ApiKey.objects.create(user=user, name=name, scope=scope, digest=digest_of(key), created_at=now)
    return key


def digest_of(key: str) -> str:
    """What is kept of a key. A key is long and random, so a plain hash cannot be guessed back."""
    return hashlib.sha256(key.encode()).hexdigest()


_GOOD_KEY = Prepared(
    1,
    lambda digest: ApiKey.objects.select_related("user").filter(digest=digest, revoked_at=None),
)


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer KEY`."""

    def authenticate(self, request: Request) -> tuple[User, ApiKey] | None:
        """The person behind the key; None where no key was sent."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != b"bearer":
            return None
        if len(parts) != 2:
            raise AuthenticationFailed("Send `Authorization: Bearer KEY`.")
        digest = hashlib.sha256(parts[1]).hexdigest()
        key = _GOOD_KEY.first(digest)
        if key is None or not key.user.is_active:
            raise AuthenticationFailed("This key is unknown or was revoked.")
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing key a 401 rather than a 403."""
        return "Bearer"


class HasScope(BasePermission):
    """Signed in; and a key that may only read does not write."""

    message = "This key may read but not write."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Sessions may write, keys by their scope."""
        if not request.user.is_authenticated:
            return False
        key = request.auth
        return (
            request.method in SAFE_METHODS
            or not isinstance(key, ApiKey)
            or key.scope == ApiKey.Scope.WRITE
        )

"""The one-time link by which somebody chooses a password: there is none that others know."""

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from leadbridge.kernel.errors import DomainError
from leadbridge.people.leaving import require_housekeeper
from leadbridge.people.models import User


def link_for(*, user: User, actor: User | None) -> str:
    """A link that works until it was used, for three days at most.

    `actor` None is whoever runs this machine. Who has the link becomes that person: it is shown
    once and kept nowhere. DomainError `not_allowed` (409) for somebody who has left.
    """
    if actor is not None:
        require_housekeeper(actor)
    if not user.is_active:
        raise DomainError("not_allowed", f"{user} has left: bring them back first.", status=409)
    token = default_token_generator.make_token(user)
    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": token},
    )
    return f"{settings.SITE_URL}{path}"

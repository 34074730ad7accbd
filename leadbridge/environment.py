"""Typed readers of the environment: a wrong value stops the start with one clear line."""

from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environ
from django.core.exceptions import ImproperlyConfigured


def required(env: environ.Env, name: str) -> str:
    """A value without which nothing works; `make run` and `manage.py` bring their own."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(
            f"{name} must be set. (`make run` and `manage.py` bring their own where it is not.)"
        )
    return value


def database(env: environ.Env) -> dict[str, object]:
    """The database as Django wants it; only PostgreSQL will do."""
    try:
        config: dict[str, object] = env.db_url("DATABASE_URL")
    except (KeyError, ValueError, ImproperlyConfigured):
        config = {}
    if config.get("ENGINE") != "django.db.backends.postgresql" or not config.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgresql://user:password@host:5432/name: "
            "LeadBridge keeps its promises with PostgreSQL only."
        )
    options = config.get("OPTIONS")
    if isinstance(options, dict) and "host" in options:  # a unix socket: `dbshell` reads HOST
        config["HOST"] = options.pop("host")
    return config


def redis_url(text: str) -> str:
    """The address of Redis, by network or by unix socket."""
    broker_url(text)
    return text


def switch(name: str, text: str) -> bool:
    """On or off, and nothing in between: a misspelt "no" must not mean yes."""
    known = {"1": True, "true": True, "on": True, "yes": True}
    known |= {"": False, "0": False, "false": False, "off": False, "no": False}
    if text.strip().lower() not in known:
        raise ImproperlyConfigured(f"{name} must be true or false, not {text!r}.")
    return known[text.strip().lower()]


def positive_number(name: str, text: str) -> float:
    """A number above zero, such as a count of seconds."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 < value < 86_400:
        raise ImproperlyConfigured(f"{name} must be a number of seconds above 0, not {text!r}.")
    return value


def site_url(text: str) -> str:
    """The address people open LeadBridge at, without a slash at the end."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ImproperlyConfigured(
            f"SITE_URL must be an address such as https://leads.example.com, not {text!r}."
        )
    return text.rstrip("/")


def time_zone(text: str) -> str:
    """A zone name of the IANA database."""
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ImproperlyConfigured(
            f"TIME_ZONE must be a zone name such as Europe/Berlin, not {text!r}."
        ) from None
    return text


def broker_url(redis_url: str) -> str:
    """The Redis address as the task queue spells it; a unix socket is written differently there."""
    parts = urlsplit(redis_url)
    if parts.scheme in ("redis", "rediss"):
        return redis_url
    if parts.scheme != "unix" or not parts.path:
        raise ImproperlyConfigured(
            f"REDIS_URL must begin with redis://, rediss:// or unix://, not {redis_url!r}."
        )
    number = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={number}"


def email_settings(env: environ.Env) -> dict[str, object]:
    """Django's mail settings out of EMAIL_URL; without one, mail is printed on the console."""
    try:
        config = env.email_url("EMAIL_URL", default="consolemail://")
    except (KeyError, ValueError, ImproperlyConfigured):
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp://user:password@host:port, smtp+tls://… or consolemail://."
        ) from None
    return {name: value for name, value in config.items() if name.isupper() and name != "OPTIONS"}

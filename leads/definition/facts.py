"""What is known about a lead, as typed values.

Facts come from forms, imports and other systems and may be any JSON value. What cannot be read as
its field's type is unknown; nothing here raises because of a fact.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

FactType = Literal["text", "choice", "number", "boolean", "date", "any"]
Fact = str | Decimal | bool | date

LARGEST = 10**12  # beyond it a number is a mistake, not a company

_FREE_MAIL = """
gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr live.com msn.com
yahoo.com yahoo.co.uk yahoo.co.jp yahoo.de yahoo.fr ymail.com icloud.com me.com mac.com aol.com
proton.me protonmail.com pm.me gmx.com gmx.de gmx.net gmx.at gmx.ch web.de t-online.de mail.com
mail.ru yandex.com yandex.ru zoho.com fastmail.com tutanota.com hey.com qq.com 163.com 126.com
naver.com daum.net orange.fr free.fr laposte.net wanadoo.fr libero.it virgilio.it wp.pl o2.pl
seznam.cz ziggo.nl kpnmail.nl telenet.be bluewin.ch comcast.net verizon.net att.net
btinternet.com rediffmail.com uol.com.br bol.com.br
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())


@dataclass(frozen=True, slots=True)
class Field:
    """One thing known about a lead: how it is read and how it is said.

    `says` takes the value, `denies` is said of a boolean that is false, `absent` of a field that
    is empty, `asks` is the field to ask for when this one is computed from another, `options` the
    only values it can have.
    """

    type: FactType
    label: str
    says: str
    denies: str = ""
    absent: str = ""
    asks: str = ""
    options: frozenset[str] = frozenset()


FIELDS: Mapping[str, Field] = {
    "email": Field("text", "e-mail address", "E-mail is {}"),
    "phone": Field("text", "phone number", "Phone is {}"),
    "first_name": Field("text", "first name", "First name is {}"),
    "last_name": Field("text", "last name", "Last name is {}"),
    "title": Field("text", "job title", "Job title is “{}”"),
    "company": Field("text", "company", "Company is {}"),
    "country": Field("choice", "country", "Country is {}"),
    "employees": Field("number", "number of people", "Company has {} people"),
    "industry": Field("choice", "industry", "Industry is {}"),
    "source": Field("choice", "source", "Came by {}"),
    "campaign": Field("choice", "campaign", "Campaign was {}", absent="Came by no campaign"),
    "value": Field("number", "expected value", "Expected value is {}"),
    "message": Field("text", "message", "Wrote “{}”", absent="Wrote no message"),
    "request": Field(
        "choice",
        "request",
        "Asked for {}",
        absent="Did not ask for anything",
        options=frozenset({"demo", "price", "contact", "trial"}),
    ),
    "acted_at": Field("date", "last act", "Last acted on {}"),
    "email_domain": Field("text", "e-mail domain", "E-mail is at {}", asks="email"),
    "free_email": Field(
        "boolean",
        "kind of e-mail address",
        "E-mail is at a free provider",
        "E-mail is at the company's own domain",
        asks="email",
    ),
    "reachable": Field(
        "boolean",
        "way to reach them",
        "There is an e-mail address or a phone number",
        "There is no usable e-mail address or phone number",
    ),
}

_ATTRIBUTE = re.compile(r"attributes\.[A-Za-z0-9_](?:[A-Za-z0-9_ -]{0,58}[A-Za-z0-9_-])?")
_NUMERAL = re.compile(r"[+-]?[0-9]{1,13}(?:\.[0-9]{1,6})?")
_EMAIL = re.compile(r"[^\s@]{1,64}@(?P<domain>[^\s@.]+(?:\.[^\s@.]+)+)")
_BOOLEANS: Mapping[str, bool] = {"true": True, "yes": True, "false": False, "no": False}
_NOT_NEGATIVE = frozenset({"employees", "value"})
# Days and instants as they are written: of all that ISO 8601 allows, what Python of every version
# and SQL (`sql_facts`) read alike.
DAY_WRITTEN = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
MOMENT_WRITTEN = (
    f"{DAY_WRITTEN}[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{{1,6}})?)?"
    "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_DAY, _MOMENT = re.compile(DAY_WRITTEN), re.compile(MOMENT_WRITTEN)


def field_named(name: str) -> Field | None:
    """The field of that name, one made up for `attributes.<name>`, or None."""
    if name.startswith("attributes.") and _ATTRIBUTE.fullmatch(name):
        own = name.removeprefix("attributes.").replace("_", " ")
        return Field("any", own, own.capitalize() + " is {}", own.capitalize() + " is no")
    return FIELDS.get(name)


def asked_field(name: str) -> str:
    """The field a person has to be asked for, so that `name` becomes known."""
    field = FIELDS.get(name)
    return field.asks or name if field else name


def derive_facts(facts: Mapping[str, object]) -> dict[str, object]:
    """The facts with `email_domain`, `free_email` and `reachable` computed from them.

    The three are never taken from outside, so that they cannot contradict the e-mail address.
    """
    known = dict(facts)
    email = facts.get("email")
    found = _EMAIL.fullmatch(email.strip().lower()) if isinstance(email, str) else None
    domain = found["domain"] if found else None
    if domain is None:
        known["email"] = None
    known["email_domain"] = domain
    known["free_email"] = None if domain is None else domain in FREE_MAIL
    known["reachable"] = domain is not None or _has_digits(facts.get("phone"))
    return known


def _has_digits(phone: object) -> bool:
    return isinstance(phone, str) and sum(mark.isdigit() for mark in phone[:60]) >= 5


def read_fact(facts: Mapping[str, object], name: str, as_type: FactType) -> Fact | None:
    """One fact as a value of its type, or None for unknown."""
    raw = facts.get(name)
    if raw is None and name.startswith("attributes."):
        attributes = facts.get("attributes")
        if isinstance(attributes, Mapping):
            raw = attributes.get(name.removeprefix("attributes."))
    value = _READERS[as_type](raw)
    if name in _NOT_NEGATIVE and isinstance(value, Decimal) and value < 0:
        return None
    return value


def _text(raw: object) -> str | None:
    return raw.strip() or None if isinstance(raw, str) else None


def _number(raw: object) -> Decimal | None:
    if isinstance(raw, str):
        raw = Decimal(raw.strip()) if _NUMERAL.fullmatch(raw.strip()) else None
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal):
        return None
    # A signalling NaN raises on comparison, and str() on a very long integer does too.
    if isinstance(raw, float) and not math.isfinite(raw):
        return None
    if isinstance(raw, Decimal) and not raw.is_finite():
        return None
    return Decimal(str(raw)) if -LARGEST <= raw <= LARGEST else None


def _boolean(raw: object) -> bool | None:
    if isinstance(raw, str):
        return _BOOLEANS.get(raw.strip().lower())
    return raw if isinstance(raw, bool) else None


def _date(raw: object) -> date | None:
    """A day in UTC: of a date, an aware instant, or the ISO text of either."""
    if isinstance(raw, str):
        try:
            if _DAY.fullmatch(raw):
                return date.fromisoformat(raw)
            raw = datetime.fromisoformat(raw) if _MOMENT.fullmatch(raw) else None
        except ValueError:  # a month has no such day
            return None
    if isinstance(raw, datetime):
        moment = instant(raw)
        return moment.date() if moment else None
    return raw if isinstance(raw, date) else None


def instant(raw: object) -> datetime | None:
    """An aware instant in UTC, or None when it is no instant or its zone is not known."""
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(raw)
        except ValueError:
            return None
    if not isinstance(raw, datetime) or raw.utcoffset() is None:
        return None
    try:
        return raw.astimezone(UTC)
    except OverflowError:  # the first and last hours that Python can tell
        return None


def _any(raw: object) -> Fact | None:
    if isinstance(raw, bool):
        return raw
    number = None if isinstance(raw, str) else _number(raw)
    return number if number is not None else _text(raw) or _date(raw)


_READERS = {
    "text": _text,
    "choice": _text,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "any": _any,
}


def evidence_of(name: str, value: Fact | None) -> str:
    """A sentence that says what is known: “Company has 240 people”."""
    field = field_named(name)
    assert field is not None, name
    if value is None:
        return field.absent or f"{_capital(field.label)} is not known"
    if isinstance(value, bool):
        if field.type == "any":
            return field.says.format("yes") if value else field.denies
        return field.says if value else field.denies
    return field.says.format(_said(value))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _said(value: str | Decimal | date) -> str:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return f"{int(value):,}" if whole else f"{value.normalize():,f}"
    if isinstance(value, str):
        clean = "".join(m for m in value[:120] if unicodedata.category(m) not in ("Cc", "Cs"))
        return clean + ("…" if len(value) > 120 else "")
    return f"{value.day} {value:%B %Y}"

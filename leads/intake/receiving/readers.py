"""What each provider sends, read into flat fields by the provider's own names. Pure.

A reader is lenient: what it does not know it hands on, so that it is kept among the attributes. It
raises `Unread` only for a body that is none of this provider's.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

MOST_PARTS = 500
IDS_ONLY = (
    "{name} tells only that there is a lead, {what} {id}, and keeps its fields. Post what {name} "
    "answers when it is asked for {id} to this same address, and it is taken in; or type the "
    "fields in here."
)


class Unread(ValueError):
    """The body is none that this provider sends; the message says what was expected."""


@dataclass(frozen=True)
class Arrival:
    """One person in a delivery. `id` is the provider's own, blank for none; `missing`: a sentence
    about fields that the provider keeps to itself; `consent`: the words they agreed to."""

    fields: Mapping[str, object] = field(default_factory=dict)
    id: str = ""
    missing: str = ""
    consent: str = ""


Reader = Callable[[bytes, str], list[Arrival]]


def _json(body: bytes) -> object:
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unread("This is not JSON.") from None


def _object(raw: object) -> Mapping[str, object]:
    return raw if isinstance(raw, Mapping) else {}


def _list(raw: object) -> list[object]:
    return raw[:MOST_PARTS] if isinstance(raw, list) else []


def _text(raw: object) -> str:
    """A value as a text; several with commas."""
    if isinstance(raw, list):
        return ", ".join(filter(None, (_text(one) for one in raw[:MOST_PARTS])))
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, int | float):
        return str(raw) if not isinstance(raw, int) or raw.bit_length() < 200 else ""
    return raw if isinstance(raw, str) else ""


def _texts(raw: Mapping[str, object]) -> dict[str, object]:
    return {str(name): text for name, value in raw.items() if (text := _text(value))}


def read_pairs(body: bytes, kind: str) -> list[tuple[str, str]]:
    """The fields of a form, urlencoded or in parts."""
    if kind.startswith("multipart/"):
        return _parts(body)
    text = body.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=False, max_num_fields=MOST_PARTS)
    except ValueError:
        raise Unread(f"More than {MOST_PARTS} fields.") from None


def _parts(body: bytes) -> list[tuple[str, str]]:
    found = []
    for part in body.split(b"\r\n--" if b"\r\n--" in body else b"--")[:MOST_PARTS]:
        head, _, text = part.partition(b"\r\n\r\n")
        _, _, after = head.decode("utf-8", "replace").partition('name="')
        if after and b"filename=" not in head:
            found.append((after.partition('"')[0], text.decode("utf-8", "replace").rstrip("\r\n")))
    return found


def salesforce(body: bytes, kind: str) -> list[Arrival]:
    """A Web-to-Lead form; what steers it is no field of a person."""
    steering = {"oid", "retURL", "debug", "debugEmail", "encoding", "submit", "orgid"}
    pairs = [(name, text) for name, text in read_pairs(body, kind) if name not in steering]
    if not pairs:
        raise Unread("This is no Web-to-Lead form: it has no fields.")
    fields: dict[str, object] = {}
    for name, text in pairs:  # a choice of several comes as several fields of one name
        fields[name] = f"{fields[name]}, {text}" if name in fields else text
    return [Arrival(fields)]


def hubspot_form(body: bytes, kind: str) -> list[Arrival]:
    """A submission to HubSpot's forms API."""
    told = _object(_json(body))
    fields: dict[str, object] = {}
    for one in map(_object, _list(told.get("fields"))):
        if text := _text(one.get("value")):
            fields[_text(one.get("name"))] = text
    if not fields:
        raise Unread("A submission has “fields”: a list of names and values.")
    context = _object(told.get("context"))
    for ours, theirs in (("page", "pageUri"), ("page_name", "pageName"), ("hutk", "hutk")):
        if text := _text(context.get(theirs)):
            fields[ours] = text
    return [Arrival(fields, consent=_hubspot_consent(_object(told.get("legalConsentOptions"))))]


def _hubspot_consent(options: Mapping[str, object]) -> str:
    consent = _object(options.get("consent")) or _object(options.get("legitimateInterest"))
    given = consent.get("consentToProcess") is True or consent.get("value") is True
    words = [_text(consent.get("text"))] if given else []
    for one in map(_object, _list(consent.get("communications"))):
        if one.get("value") is True:
            words.append(_text(one.get("text")))
    return "\n".join(filter(None, words))


def hubspot(body: bytes, kind: str) -> list[Arrival]:
    """Events about contacts, which name them by number; or a contact itself."""
    told = _json(body)
    if isinstance(told, Mapping):
        return [_hubspot_contact(told)]
    found: dict[str, Arrival] = {}
    for event in map(_object, _list(told)):
        number, what = _text(event.get("objectId")), _text(event.get("subscriptionType"))
        if not number or not what:
            raise Unread("An event has an objectId and a subscriptionType.")
        if what.startswith(("contact.creation", "contact.propertyChange", "object.")):
            words = IDS_ONLY.format(name="HubSpot", what="contact", id=number)
            found[number] = Arrival(id=number, missing=words)
    if not isinstance(told, list):
        raise Unread("HubSpot sends a list of events, or a contact.")
    return list(found.values())


def _hubspot_contact(told: Mapping[str, object]) -> Arrival:
    fields = {
        str(name): text
        for name, value in _object(told.get("properties")).items()
        if (text := _text(value.get("value") if isinstance(value, Mapping) else value))
    }
    if not fields:
        raise Unread("A contact has “properties”.")
    return Arrival(
        fields, id=_text(told.get("id") or told.get("vid") or fields.get("hs_object_id"))
    )


def facebook(body: bytes, kind: str) -> list[Arrival]:
    """Lead ads: the webhook names a lead by number; the Graph API answers with its fields."""
    told = _object(_json(body))
    if "field_data" in told:
        return [_facebook_lead(told)]
    found = []
    for entry in map(_object, _list(told.get("entry"))):
        for change in map(_object, _list(entry.get("changes"))):
            number = _text(_object(change.get("value")).get("leadgen_id"))
            if change.get("field") == "leadgen" and number:
                words = IDS_ONLY.format(name="Facebook", what="lead", id=number)
                found.append(Arrival(id=number, missing=words))
    if "entry" not in told:
        raise Unread("Facebook sends an “entry” with changes, or the “field_data” of a lead.")
    return found


def _facebook_lead(told: Mapping[str, object]) -> Arrival:
    fields: dict[str, object] = {}
    for one in map(_object, _list(told.get("field_data"))):
        if text := _text(one.get("values")):
            fields[_text(one.get("name"))] = text
    for name in ("platform", "form_id", "ad_id", "ad_name", "campaign_name"):
        if text := _text(told.get(name)):
            fields[f"facebook_{name}"] = text
    return Arrival(fields, id=_text(told.get("id")))


def linkedin(body: bytes, kind: str) -> list[Arrival]:
    """Lead gen forms: a notice that names a response, or the response with its answers."""
    told = _object(_json(body))
    response = _object(told.get("formResponse"))
    if response:
        fields: dict[str, object] = {}
        for one in map(_object, _list(response.get("answers"))):
            name = _text(one.get("name") or one.get("predefinedField") or one.get("questionId"))
            if text := _linkedin_answer(_object(one.get("answerDetails"))):
                fields[name] = text
        return [Arrival(fields, id=_text(told.get("id")))]
    urn = _text(told.get("leadGenFormResponse"))
    if not urn:
        raise Unread("LinkedIn sends a “leadGenFormResponse”, or a “formResponse” with answers.")
    number = urn.rpartition(":")[2]
    words = IDS_ONLY.format(name="LinkedIn", what="response", id=number)
    return [Arrival(id=number, missing=words)] if told.get("leadAction") != "DELETED" else []


def _linkedin_answer(details: Mapping[str, object]) -> str:
    text = _text(_object(details.get("textQuestionAnswer")).get("answer"))
    return text or _text(_object(details.get("multipleChoiceAnswer")).get("options"))


GOOGLE_NAMES = {"JOB_TITLE": "job_title", "COMPANY_NAME": "company_name"}


def google(body: bytes, kind: str) -> list[Arrival]:
    """A lead form: columns by their ids. A test of Google's is nobody."""
    told = _object(_json(body))
    columns = _list(told.get("user_column_data"))
    if not columns:
        raise Unread("Google sends “user_column_data”.")
    if told.get("is_test") is True:
        return []
    fields: dict[str, object] = {}
    for one in map(_object, columns):
        name = _text(one.get("column_id") or one.get("column_name"))
        if text := _text(one.get("string_value")):
            fields[name.lower()] = text
    for name in ("campaign_id", "form_id", "adgroup_id", "gcl_id"):
        if text := _text(told.get(name)):
            fields[f"google_{name}"] = text
    return [Arrival(fields, id=_text(told.get("lead_id")))]


def typeform(body: bytes, kind: str) -> list[Arrival]:
    """A response: answers by the reference of their field, and hidden fields."""
    told = _object(_json(body))
    response = _object(told.get("form_response"))
    if not response:
        raise Unread("Typeform sends a “form_response”.")
    titles = {
        _text(one.get("id")): _text(one.get("title"))
        for one in map(_object, _list(_object(response.get("definition")).get("fields")))
    }
    fields: dict[str, object] = {}
    for answer in map(_object, _list(response.get("answers"))):
        about = _object(answer.get("field"))
        name = _text(about.get("ref")) or _text(about.get("id"))
        # A reference that nobody chose is a long number; the question says more.
        if len(name) == 36 and name.count("-") == 4:
            name = titles.get(_text(about.get("id"))) or name
        fields[name] = _typeform_answer(answer)
    fields |= _texts(_object(response.get("hidden")))
    return [Arrival(fields, id=_text(response.get("token")))]


def _typeform_answer(answer: Mapping[str, object]) -> str:
    value = answer.get(_text(answer.get("type")))
    if isinstance(value, Mapping):
        chosen = value.get("labels") or value.get("label") or value.get("other")
        return _text(chosen)
    return _text(value)


def webflow(body: bytes, kind: str) -> list[Arrival]:
    """A form submission, of the second version of their API or the first."""
    told = _object(_json(body))
    payload = _object(told.get("payload")) or told
    fields = _texts(_object(payload.get("data") or payload.get("formResponse")))
    if not fields:
        raise Unread("Webflow sends the “data” of a form.")
    return [Arrival(fields, id=_text(payload.get("id") or payload.get("_id")))]


def mailchimp(body: bytes, kind: str) -> list[Arrival]:
    """A subscription; whoever leaves a list shows no interest."""
    told = dict(read_pairs(body, kind))
    if "type" not in told:
        raise Unread("Mailchimp sends a form with a “type”.")
    if told["type"] != "subscribe":
        return []
    fields: dict[str, object] = {
        name.removeprefix("data[merges][").removesuffix("]"): text
        for name, text in told.items()
        if name.startswith("data[merges][") and "][" not in name[len("data[merges][") :]
    }
    fields.setdefault("EMAIL", told.get("data[email]", ""))
    number = f"{told.get('data[id]', '')} {told.get('fired_at', '')}".strip()
    return [Arrival(fields, id=number)]


def other(body: bytes, kind: str) -> list[Arrival]:
    """Any other program: a form, or an object of names and values in JSON, or a list of them."""
    if "json" not in kind:
        return [Arrival(dict(read_pairs(body, kind)))]
    told = _json(body)
    found = [Arrival(_texts(one)) for one in (told if isinstance(told, list) else [told])
             if isinstance(one, Mapping)]  # fmt: skip
    if not found:
        raise Unread("Send an object of names and values.")
    return found[:MOST_PARTS]

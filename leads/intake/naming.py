"""Finding an address in bytes as they were sent, whatever they are written in."""

import json
import re
from typing import TypeVar
from urllib.parse import quote

from django.db.models import F, Func, Model, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Regex

from leads.handoff.packets import email_key

Row = TypeVar("Row", bound=Model)


def naming(rows: QuerySet[Row], address: str) -> QuerySet[Row]:
    """Those whose `raw` bytes hold this whole address, plain or as addresses of the web write it;
    none for what is no address. Looks through all of them: for seldom questions."""
    key = email_key(address)
    if not key:
        return rows.none()
    # Bytes beyond ASCII stand in PostgreSQL's text for them as they stand in this pattern.
    forms = {"".join(map(_escaped, form.encode())) for form in _written(key)}
    whole = rf"(^|[^a-z0-9._+-])({'|'.join(map(re.escape, sorted(forms)))})([^a-z0-9._-]|$)"
    text = Func(F("raw"), Value("escape"), function="encode", output_field=TextField())
    return rows.filter(Regex(Lower(text), whole))


def _written(key: str) -> tuple[str, ...]:
    """As it stands in a text, in an address of the web, and in JSON of ASCII alone."""
    return key, quote(key, safe="").lower(), json.dumps(key)[1:-1].lower()


def _escaped(byte: int) -> str:
    if chr(byte) == "\\":
        return "\\\\"
    return chr(byte) if byte < 128 else f"\\{byte:03o}"

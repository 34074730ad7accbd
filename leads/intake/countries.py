"""ISO 3166-1 countries by their two-letter codes, with English names."""

from functools import cache, lru_cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import phonenumbers

WITHDRAWN = frozenset({"AN"})  # the Netherlands Antilles ended in 2010
# How people and programs write them who do not think of ISO.
NICKNAMES = {"UK": "GB", "EN": "GB", "EL": "GR", "USA": "US", "GREAT BRITAIN": "GB"}


@cache
def country_names() -> dict[str, str]:
    """Code to English name, in the order of the names."""
    names = {code: _english(words) for code, words in _locales().items() if code not in WITHDRAWN}
    return dict(sorted(names.items(), key=lambda pair: pair[1]))


def _locales() -> dict[str, dict[str, str]]:
    """The table of the library, loaded without its package, which would load the places of all
    numbers of the world along: a hundred megabytes in every process."""
    file = Path(phonenumbers.__file__).parent / "geodata" / "locale.py"
    spec = spec_from_file_location("phonenumbers.geodata.locale", file)
    assert spec is not None, "it is a file of Python"
    assert spec.loader is not None, "which Python can load"
    table = module_from_spec(spec)
    spec.loader.exec_module(table)
    found: dict[str, dict[str, str]] = table.LOCALE_DATA
    return found


def _english(words: dict[str, str]) -> str:
    """Names that two languages share are written once: `*de` points to the German one."""
    name = words["en"]
    return words[name.removeprefix("*")] if name.startswith("*") else name


@lru_cache(maxsize=4096)
def code_meant(text: str) -> str | None:
    """The code of a country that was written otherwise (“Germany”, “UK”), or None."""
    wanted = text.strip().casefold()
    if wanted.upper() in NICKNAMES:
        return NICKNAMES[wanted.upper()]
    return next((code for code, name in country_names().items() if name.casefold() == wanted), None)

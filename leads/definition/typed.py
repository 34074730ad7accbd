"""The value of a condition as one types it, there and back. Pure."""

import csv
from decimal import Decimal, InvalidOperation

from leads.definition.operators import OPERATORS, Value, value_content


def value_text(value: Value) -> str:
    """The value as one types it: several with commas, those that hold a comma in quotes."""
    content = value_content(value)
    if isinstance(content, list):
        return ", ".join(_quoted(str(one)) for one in content)
    return "" if content is None else str(content)


def _quoted(text: str) -> str:
    if "," in text or text.startswith('"'):
        return '"' + text.replace('"', '""') + '"'
    return text


def typed_value(operator: str, text: str) -> object:
    """What was typed as the value that an operator takes; None for nothing."""
    text = text.strip()
    shape = OPERATORS[operator].shape if operator in OPERATORS else "text"
    if shape == "nothing":
        return text or None
    if shape == "texts":
        return _listed(text)
    if shape == "range":
        return [_number(part) for part in _listed(text)]
    return text if shape == "text" else _number(text)


def _listed(text: str) -> list[str]:
    try:
        [parts] = list(csv.reader([text], skipinitialspace=True)) or [[]]
    except (csv.Error, ValueError):
        parts = text.split(",")
    return [part.strip() for part in parts if part.strip()]


def _number(text: str) -> object:
    """A number where it is one; else the text: a day, or what is refused by name."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    if not number.is_finite() or len(text) > 24:
        return text
    return int(number) if number == number.to_integral_value() else float(number)

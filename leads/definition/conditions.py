"""One condition on one field: the one way in which criteria and routing rules are written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from leadbridge.kernel.reading import Reader, shown
from leads.definition.facts import Fact, FactType, field_named, read_fact
from leads.definition.operators import (
    OPERATORS,
    Test,
    Value,
    fits,
    read_value,
    texts,
    type_read,
    value_content,
)

KEYS = ("field", "operator", "value")


@dataclass(frozen=True)
class Condition:
    """A test of what is known of a lead. What is not known fulfils none."""

    field: str
    operator: str
    value: Value

    @cached_property
    def type(self) -> FactType:
        """The type its fact is read as."""
        field = field_named(self.field)
        assert field is not None, self.field
        return type_read(self.operator, self.value, field.type)

    def read(self, facts: Mapping[str, object]) -> Fact | None:
        """What is known of its field, or None."""
        return read_fact(facts, self.field, self.type)

    def holds(self, facts: Mapping[str, object], *, today: date) -> bool | None:
        """Whether it is so; None where it is not known."""
        fact = self.read(facts)
        return None if fact is None else self._test(fact, today)

    @cached_property
    def _test(self) -> Test:
        return OPERATORS[self.operator].prepare(self.value)

    def content(self) -> dict[str, object]:
        """The condition as JSON."""
        content: dict[str, object] = {"field": self.field, "operator": self.operator}
        value = value_content(self.value)
        return content if value is None else {**content, "value": value}


def read_condition(reader: Reader, raw: object, where: str) -> Condition:
    """A condition out of JSON; refused with the place and the cure."""
    body = reader.mapping(raw, where, keys=KEYS, needs=("field", "operator"))
    return Condition(*read_test(reader, body, where))


def read_test(reader: Reader, body: Mapping[str, object], where: str) -> tuple[str, str, Value]:
    """Field, operator and value, where they make sense together."""
    name = reader.text(body["field"], f"{where}, field", longest=80)
    field = field_named(name)
    if field is None:
        reader.refuse(f"{where}, field", "no such field; use one of a lead or attributes.<name>.")
    operator = reader.choice(body["operator"], f"{where}, operator", of=tuple(OPERATORS))
    value = read_value(reader, operator, body.get("value"), f"{where}, value")
    if not fits(operator, value, field.type):
        suitable = [one for one, test in OPERATORS.items() if field.type in test.reads]
        reader.refuse(
            f"{where}, operator",
            f"{operator} with this value does not suit {field.label}, which is a {field.type}; "
            f"use {', '.join(suitable)}.",
        )
    for text in texts(value) if field.options else ():
        if text not in field.options:
            options = ", ".join(sorted(field.options))
            reader.refuse(f"{where}, value", f"{shown(text)} never occurs; use {options}.")
    return name, operator, value

"""What is known of a lead, read in SQL as `facts.read_fact` reads it in Python; null is unknown.

The rows come from a source with one column for each field of a lead, `attributes` (JSON), and
`judged_at`, the instant at which it is judged. Two layers: `RawSheet` lays out texts as they came,
`fact_columns` reads each as its type.
"""

from dataclasses import dataclass, field

from leads.definition.facts import (
    DAY_WRITTEN,
    FREE_MAIL,
    LARGEST,
    MOMENT_WRITTEN,
    FactType,
)
from leads.definition.sql_text import SPACES, Parameter, digits, folded, lowered, stripped

FIRST_DAY = "DATE '0001-01-01'"
_LAST_ORDINAL = 3_652_059
_COLUMNS_OF_TEXT = frozenset(
    {
        "email", "phone", "first_name", "last_name", "title", "company", "country", "industry",
        "source", "campaign", "message", "request",
    }
)  # fmt: skip
_EMAIL = f"^[^@{SPACES}]+@[^@.{SPACES}]+(\\.[^@.{SPACES}]+)+$"
_MONTH_LENGTHS = "(ARRAY[31,28,31,30,31,30,31,31,30,31,30,31])"


def ordinal(day: str) -> str:
    """`date.toordinal()` of a date."""
    return f"({day} - {FIRST_DAY} + 1)"


def today(at: str) -> str:
    """The day in UTC of an instant, as an ordinal."""
    return ordinal(f"({at} AT TIME ZONE 'UTC')::date")


@dataclass
class Layers:
    """Select lists that build on each other: each may use the columns of all before it.

    Expressions that are used twice become a column, so that each is worked out once a lead.
    """

    prefix: str
    parameter: Parameter
    lists: list[dict[str, str]] = field(default_factory=list)
    _known: dict[tuple[int, str], str] = field(default_factory=dict)

    def column(self, layer: int, expression: str) -> str:
        """The column of an expression on a layer; the same expression, the same column."""
        while len(self.lists) <= layer:
            self.lists.append({})
        name = self._known.get((layer, expression))
        if name is None:
            name = f"{self.prefix}{layer}_{len(self.lists[layer])}"
            self._known[layer, expression] = name
            self.lists[layer][name] = expression
        return name


def fact_column(layers: Layers, name: str, as_type: FactType) -> str:
    """The column that holds one fact as its type; text is folded, a day is an ordinal."""
    if name.startswith("attributes."):
        return _attribute(layers, name.removeprefix("attributes."), as_type)
    if name in ("email", "email_domain", "free_email"):
        return _of_email(layers, name)
    if name == "reachable":
        phone = layers.column(0, "left(coalesce(phone, ''), 60)")
        domain = _domain(layers)
        return layers.column(4, f"({domain} IS NOT NULL OR {digits(phone, layers.parameter)} >= 5)")
    if name == "acted_at":
        return layers.column(4, today("acted_at"))
    if name in _COLUMNS_OF_TEXT:
        return layers.column(1, folded(layers.column(0, f"{name}::text"), layers.parameter))
    return layers.column(4, f"CASE WHEN {name} >= 0 THEN {name}::numeric END")


def _domain(layers: Layers) -> str:
    raw = layers.column(0, f"{stripped('email::text', layers.parameter)}")
    small = layers.column(1, lowered(raw, layers.parameter))
    # Counting to 64 in the expression itself costs the database seven times the rest.
    near = f"strpos({small}, '@') <= 65"
    found = f'{near} AND {small} COLLATE "C" ~ {layers.parameter(_EMAIL)}'
    return layers.column(2, f"CASE WHEN {found} THEN split_part({small}, '@', 2) END")


def _of_email(layers: Layers, name: str) -> str:
    domain = _domain(layers)
    if name == "free_email":
        free = layers.parameter(sorted(FREE_MAIL))
        return layers.column(4, f'({domain} COLLATE "C" = ANY({free}))')
    if name == "email_domain":
        return layers.column(3, folded(domain, layers.parameter))
    text = folded(layers.column(0, "email::text"), layers.parameter)
    return layers.column(4, f"CASE WHEN {domain} IS NOT NULL THEN {layers.column(3, text)} END")


def _attribute(layers: Layers, key: str, as_type: FactType) -> str:
    value = layers.column(0, f"attributes -> {layers.parameter(key)}")
    kind = layers.column(1, f"jsonb_typeof({value})")
    text = layers.column(2, f"CASE WHEN {kind} = 'string' THEN {value} #>> '{{}}' END")
    if as_type in ("text", "choice"):
        return layers.column(3, folded(text, layers.parameter))
    number = f"CASE WHEN {kind} = 'number' THEN ({value} #>> '{{}}')::numeric END"
    if as_type == "number":
        return _number(layers, layers.column(2, number), text)
    if as_type == "boolean":
        return _boolean(layers, value, kind, text)
    if as_type == "date":
        return _date(layers, text)
    told = f"{stripped(text, layers.parameter)} <> ''"
    within = f"abs({layers.column(2, number)}) <= {LARGEST}"
    known = f"{kind} = 'boolean' OR {within} OR {told}"
    return layers.column(5, f"CASE WHEN {known} THEN true END")


def _number(layers: Layers, number: str, text: str) -> str:
    bare = layers.column(3, stripped(text, layers.parameter))
    written = f"{bare} COLLATE \"C\" ~ '^[+-]?[0-9]{{1,13}}([.][0-9]{{1,6}})?$'"
    read = layers.column(4, f"CASE WHEN {written} THEN {bare}::numeric ELSE {number} END")
    return layers.column(5, f"CASE WHEN abs({read}) <= {LARGEST} THEN {read} END")


def _boolean(layers: Layers, value: str, kind: str, text: str) -> str:
    word = layers.column(3, f'lower({stripped(text, layers.parameter)} COLLATE "C")')
    return layers.column(
        5,
        f"CASE WHEN {kind} = 'boolean' THEN ({value} #>> '{{}}')::boolean "
        f"WHEN {word} IN ('true', 'yes') THEN true WHEN {word} IN ('false', 'no') THEN false END",
    )


def _date(layers: Layers, text: str) -> str:
    """A written day, or the day in UTC of a written instant."""
    parameter = layers.parameter
    plain = f'{text} COLLATE "C" ~ {parameter(f"^{DAY_WRITTEN}$")}'
    moment = f'{text} COLLATE "C" ~ {parameter(f"^{MOMENT_WRITTEN}$")}'
    is_moment = layers.column(3, moment)
    written = layers.column(3, f"CASE WHEN {plain} OR {moment} THEN left({text}, 10) END")
    year, month, day = (
        layers.column(4, f"substr({written}, {start}, {size})::int")
        for start, size in ((1, 4), (6, 2), (9, 2))
    )
    leap = f"({year} % 4 = 0 AND ({year} % 100 <> 0 OR {year} % 400 = 0))".replace("%", "%%")
    length = f"{_MONTH_LENGTHS}[{month}] + CASE WHEN {month} = 2 AND {leap} THEN 1 ELSE 0 END"
    valid = layers.column(5, f"({year} >= 1 AND {day} <= {length})")
    begun = f"CASE WHEN {valid} THEN {ordinal(f'make_date({year}, {month}, {day})')} END"
    base = layers.column(6, begun)
    shift = layers.column(4, f"CASE WHEN {is_moment} THEN {_seconds(text)} ELSE 0 END")
    found = layers.column(7, f"{base} + floor({shift} / 86400.0)::int")
    return layers.column(8, f"CASE WHEN {found} BETWEEN 1 AND {_LAST_ORDINAL} THEN {found} END")


def _seconds(text: str) -> str:
    """Seconds of a written instant since midnight in UTC; the text is known to be one."""
    clock = (
        f"substr({text}, 12, 2)::int * 3600 + substr({text}, 15, 2)::int * 60"
        f" + CASE WHEN substr({text}, 17, 1) = ':' THEN substr({text}, 18, 2)::int ELSE 0 END"
    )
    ahead = f"(substr(right({text}, 6), 2, 2)::int * 3600 + right({text}, 2)::int * 60)"
    sign = f"substr(right({text}, 6), 1, 1)"
    return (
        f"({clock} - CASE WHEN right({text}, 1) = 'Z' THEN 0 WHEN {sign} = '-' THEN -{ahead} "
        f"ELSE {ahead} END)"
    )

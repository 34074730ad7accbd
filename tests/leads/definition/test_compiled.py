"""One definition read twice, by Python and by PostgreSQL, on the same rows: never two answers."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.reading import is_plain
from leads.definition.compiled import compile_definition
from leads.definition.criteria import Definition
from leads.definition.operators import OPERATORS, fold
from leads.definition.sql_outcomes import SOURCE_COLUMNS, Compiled
from leads.definition.sql_text import folded
from leads.definition.starter import STARTER
from leads.definition.verdict import judge
from leads.handoff.judging import facts_of
from leads.handoff.models import Lead, Person

NOW = datetime(2026, 5, 12, 9, 2, 11, 123457, tzinfo=UTC)
CODES = {"not_met": 0, "met": 1, "unknown": 2}
COLUMNS = ", ".join(name for name in SOURCE_COLUMNS if name != "judged_at")
SOURCE = f"""
    SELECT l.id, {COLUMNS}, given.judged_at FROM leads_lead l JOIN leads_person p
    ON p.id = l.person_id JOIN unnest(%(ids)s::bigint[], %(ats)s::timestamptz[])
    AS given (lead, judged_at) ON given.lead = l.id
"""
Leads = Sequence[tuple[Mapping[str, Any], datetime]]

# What they say

MARKS = (
    "a", "E", "z", "K", "ſ", "ß", "ẞ", "İ", "I", "ı", "Σ", "ς", "σ", "É", "e\u0301", "ﬁ", "Ａ", "Å",
    "Ж", "ж", "中", "٣", "²", "7", "𝔸", "_", "-", ".", "+", "*", "(", "\\", "'", '"', "%", "{", "@",
    " ", "\t", "\n", "\u00a0", "\u2003", "\u3000", "\x1c", "\x85", "\u2028", "\u200d", "\u0301",
    "ǅ", "Ω", "ϴ", "Ⅷ", "ⓦ", "ᾈ", "Ǆ",
)  # fmt: skip
WORDS = (
    "head", "HEAD", "Vice  President", "vice president", "c++", "C++", "İstanbul", "ΟΔΟΣ", "οδος",
    "Straße", "STRASSE", "ａｂ", "AB",
    "r&d", "x_y", "director.", "(sales)", "50%", "École", "ÉCOLE",
)  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(WORDS),
    st.lists(st.sampled_from(MARKS + WORDS), max_size=6).map("".join),
    st.text(max_size=8).filter(lambda text: "\0" not in text and text.isprintable()),
)
NEEDLES = TEXTS.filter(
    lambda text: is_plain(text.strip()) and bool(text.strip("\u200c\u200d \t\r\n"))
)
NAMES = ("attributes.a", "attributes.own field", "attributes.It")
DATES = st.one_of(
    st.dates(date(2026, 4, 20), date(2026, 6, 5)).map(str),
    st.integers(-(10**6), 10**6).map(
        lambda n: (NOW + timedelta(seconds=n)).isoformat().replace("+00:00", "Z")
    ),
    st.sampled_from([
        "2026-02-29", "2024-02-29", "1900-02-29", "2000-02-29", "0000-01-01", "0001-01-01",
        "9999-12-31", "2026-05-12T23:30:00-01:30", "2026-05-12 00:10+00:30", "20260512", "2026-W20",
        "2026-05-12T24:00Z", "2026-05-12T09:02", "2026-5-1", " 2026-05-12", "2026-05-12\n",
        "0001-01-01T00:00+01:00", "9999-12-31T23:59:59-00:01", "2026-05-12T09:02:03.5Z",
        "2026-04-31T10:00Z", "٢٠٢٦-05-12", "2026-05-12T09:02Z\n",
    ]),
)  # fmt: skip
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-20, 20),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([10**12, 10**12 + 1, -(10**12), 0.1, 19.999999, "10", " +7.5 ", "-3", "1e3",
                     "12.1234567", "٣", "Yes", " no\u00a0", "TRUE", "false", "FALſE", "", " \t"]),
    TEXTS,
    DATES,
    st.just([1]),
    st.just({"a": 1}),
)  # fmt: skip
BOUNDS = st.one_of(
    st.integers(-20, 20), st.floats(-20, 20).map(lambda n: round(n, 2)), st.just(10**12)
)
DAYS = st.dates(date(2026, 4, 20), date(2026, 6, 5)).map(str)


INSIDE = [name for name, operator in OPERATORS.items() if operator.free]


def words_in(field: str, *, text: bool, choice: bool) -> st.SearchStrategy[dict[str, Any]]:
    """Tests of words."""
    named = st.lists(NEEDLES, min_size=1, max_size=3)
    some = [st.tuples(st.just("equals"), NEEDLES)] if text or choice else []
    some += [st.tuples(st.sampled_from(["one_of", "none_of"]), named)] if text or choice else []
    if text:
        some.append(st.tuples(st.sampled_from(INSIDE), named))
    some.append(st.tuples(st.just("known"), st.none()))
    return st.one_of(some).map(lambda pair: _made(field, *pair))


def _made(field: str, operator: str, value: object) -> dict[str, Any]:
    made = {"field": field, "operator": operator, "value": value}
    return {key: one for key, one in made.items() if one is not None}


def scale(field: str, edges: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Tests of numbers or days."""
    pair = st.tuples(edges, edges).map(sorted)
    return st.one_of(
        st.tuples(st.sampled_from(["at_least", "at_most"]), edges),
        st.tuples(st.just("between"), pair),
    ).map(lambda one: _made(field, *one))


def relative(field: str) -> st.SearchStrategy[dict[str, Any]]:
    """Tests of days counted from today."""
    return st.builds(
        lambda op, days: _made(field, op, days),
        st.sampled_from(["in_last_days", "in_next_days"]),
        st.integers(1, 20),
    )


def yes_no(field: str) -> st.SearchStrategy[dict[str, Any]]:
    """Tests of yes and no."""
    names = st.sampled_from(["is_true", "is_false", "known"])
    return names.map(lambda name: _made(field, name, None))


TESTS = st.one_of(
    *(words_in(name, text=True, choice=False) for name in ("title", "company", "message", "email")),
    *(words_in(name, text=True, choice=False) for name in ("first_name", "phone", "email_domain")),
    *(words_in(name, text=False, choice=True) for name in ("industry", "campaign", "source")),
    st.sampled_from(["gmail.com", "acme.example", "a@gmail.com"]).map(
        lambda text: _made("email_domain", "equals", text)
    ),
    st.lists(st.sampled_from(["demo", "price", "trial"]), min_size=1, max_size=2).map(
        lambda names: _made("request", "one_of", names)
    ),
    yes_no("free_email"),
    yes_no("reachable"),
    scale("employees", st.integers(0, 12)),
    scale("value", st.integers(0, 12)),
    scale("acted_at", DAYS),
    relative("acted_at"),
    *(
        maker
        for name in NAMES
        for maker in (
            words_in(name, text=True, choice=True), scale(name, BOUNDS), scale(name, DAYS),
            relative(name), yes_no(name),
        )
    ),
)  # fmt: skip


@st.composite
def definitions(draw: st.DrawFn, tests: Any = TESTS, most: int = 8) -> Definition:
    """Any kinds, operators, unknown rules, weights, decay, thresholds and grid."""
    criteria = []
    for number, test in enumerate(draw(st.lists(tests, min_size=1, max_size=most))):
        kind = draw(st.sampled_from(["gate", "barrier", "fast_track", *["fit", "interest"] * 2]))
        more: dict[str, Any] = {}
        if kind in ("fit", "interest"):
            more["weight"] = draw(st.sampled_from([-15, -1, 1, 5, 10, 33]))
        if kind == "interest":
            half = draw(st.sampled_from([None, 1, 3, 30]))
            more |= {"half_life_days": half} if half else {}
        rule = draw(st.sampled_from(["fail", "pass", "neutral", "ask", "ask"]))
        also = draw(st.one_of(st.just([]), st.lists(tests, max_size=2)))
        criteria.append(
            {"id": f"c{number}", "sentence": "It is so", "kind": kind, "unknown": rule, **test,
             **({"also": also} if also else {}), **more}
        )  # fmt: skip
    reach = {
        axis: sum(max(one.get("weight", 0), 0) for one in criteria if one["kind"] == axis)
        for axis in ("fit", "interest")
    }
    cuts = draw(st.sampled_from([[], [10], [20, 5]])), draw(st.sampled_from([[], [7], [9, 0]]))
    shape: dict[str, Any] = {
        "fit": cuts[0],
        "interest": cuts[1],
        "fast_track": draw(st.integers(1, 3)),
    }
    cells = [[min(3, 1 + r + c) for c in range(len(cuts[1]) + 1)] for r in range(len(cuts[0]) + 1)]
    return Definition.from_content({
        "criteria": criteria,
        "thresholds": {axis: draw(st.integers(0, most)) for axis, most in reach.items()},
        "tiers": shape | {"cells": cells},
    })  # fmt: skip


EMAILS = st.one_of(
    st.sampled_from([
        "", "a@gmail.com", " A@GMail.com ", "kim@acme.example", "no address", "a@b", "a@@b.de",
        "a@b..de", "x" * 65 + "@b.de", "x" * 64 + "@b.de", "a b@c.de", "a@KPNMAIL.NL", "İ@b.de",
        "a@\u212apnmail.nl", "a@ΟΔΟΣ.gr", "a@b.de.", "a\u2003@b.de", "@b.de", "a@İb.de",
    ]),
    TEXTS.map(lambda text: f"a@{text}.de"),
)  # fmt: skip
LEADS = st.lists(
    st.tuples(
        st.fixed_dictionaries(
            {
                "title": st.one_of(st.just(""), TEXTS),
                "company": st.one_of(st.just(""), TEXTS),
                "message": st.one_of(st.just(""), TEXTS),
                "industry": st.one_of(st.just(""), TEXTS),
                "campaign": st.one_of(st.just(""), TEXTS),
                "source": st.sampled_from(["event", "Web form", " "]),
                "request": st.sampled_from(["", "demo", "price", "contact"]),
                "employees": st.one_of(st.none(), st.integers(0, 13)),
                "value": st.one_of(st.none(), st.decimals(0, 13, places=2)),
                "attributes": st.dictionaries(
                    st.sampled_from(NAMES).map(lambda name: name.removeprefix("attributes.")),
                    SCALARS,
                ),
                "acted_at": st.one_of(
                    st.just(NOW),
                    st.integers(0, 60).map(lambda n: NOW - timedelta(days=n)),
                    st.integers(-(10**6), 10**8).map(
                        lambda n: NOW - timedelta(seconds=n, microseconds=n % 999_983)
                    ),
                ),
                "email": EMAILS,
                "phone": st.sampled_from(["", "+49 30 901820", "1234", "١٢٣٤٥", "²³¹12", "none"]),
                "first_name": st.one_of(st.just(""), TEXTS),
            }
        ),
        st.integers(-30, 3).map(lambda n: NOW + timedelta(days=n, hours=5 * n)),
    ),
    min_size=1,
    max_size=12,
)


def wrote(cast: Cast, leads: Leads) -> list[Lead]:
    """The leads as rows, read back."""
    people, rows = [], []
    for facts, _ in leads:
        own = {name: facts[name] for name in ("email", "phone", "first_name") if name in facts}
        own.setdefault("email", "kim@brandt.example")
        erased = None if own["email"] or own.get("phone") else NOW
        people.append(Person(**own, erased_at=erased))
    Person.objects.bulk_create(people)
    for person, (facts, _) in zip(people, leads, strict=True):
        own = {name: one for name, one in facts.items() if not hasattr(person, name)}
        rows.append(
            Lead(person=person, stage="captured", last_action="capture", changed_at=NOW,
                 marketer=cast.mia, marketing_team=cast.marketing, holder=cast.mia,
                 team=cast.marketing, origin="form", captured_at=NOW,
                 **{"source": "web form", "acted_at": NOW, **own})
        )  # fmt: skip
    Lead.objects.bulk_create(rows)
    found = Lead.objects.select_related("person").in_bulk([row.pk for row in rows])
    return [found[row.pk] for row in rows]


def by_database(definition: Definition, rows: list[Lead], ats: list[datetime]) -> dict[int, Any]:
    source = Compiled(SOURCE, {"ids": [row.pk for row in rows], "ats": ats})
    days = [at.astimezone(UTC).date() for at in ats]
    compiled = compile_definition(definition, source, days=(min(days), max(days)), alone=True)
    every = range(len(definition.criteria))
    outcomes = ", ".join([f"d_c{n}" for n in every] + [f"d_without{n}" for n in every])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, d_answer, d_tier, d_fit, d_interest, {outcomes} FROM ({compiled.sql}) s",
            compiled.parameters,
        )
        return {row[0]: row[1:] for row in cursor.fetchall()}


def by_python(definition: Definition, rows: list[Lead], ats: list[datetime]) -> dict[int, Any]:
    found = {}
    for row, at in zip(rows, ats, strict=True):
        verdict = judge(definition, facts_of(row), now=at)
        outcomes = [CODES[line.outcome] for line in verdict.lines]
        sums = int(100 * verdict.fit), int(100 * verdict.interest)
        without = [
            judge(one, facts_of(row), now=at).answer for one in definition.each_without_one()
        ]
        found[row.pk] = (verdict.answer, verdict.tier, *sums, *outcomes, *without)
    return found


def agree(cast: Cast, definition: Definition, leads: Leads) -> None:
    """Python and PostgreSQL say the same of every lead."""
    with transaction.atomic():
        rows, ats = wrote(cast, leads), [at for _, at in leads]
        assert by_database(definition, rows, ats) == by_python(definition, rows, ats)
        transaction.set_rollback(True)


_ALWAYS = settings(
    deadline=None, max_examples=120, suppress_health_check=list(HealthCheck), derandomize=True
)


@_ALWAYS
@given(definition=definitions(), leads=LEADS)
@example(
    definition=Definition.from_content(STARTER),
    leads=[({"employees": 20, "request": "demo", "title": "Intern"}, NOW), ({}, NOW)],
)
def test_python_and_sql_judge_every_lead_alike(
    cast: Cast, definition: Definition, leads: Leads
) -> None:
    agree(cast, definition, leads)


OPEN_TESTS = st.one_of(
    scale("employees", st.integers(0, 12)),
    scale("attributes.a", st.integers(-3, 3)),
    scale("attributes.start", DAYS),
    relative("attributes.start"),
    st.sampled_from(["demo", "price", "trial"]).map(lambda one: _made("request", "equals", one)),
    st.sampled_from(["gmail.com", "acme.example"]).map(
        lambda one: _made("email_domain", "none_of", [one])
    ),
    yes_no("free_email"),
    words_in("title", text=True, choice=False),
)


@_ALWAYS
@given(
    definition=definitions(OPEN_TESTS, most=10),
    ats=st.lists(st.integers(-40, 40), min_size=1, max_size=4),
)
def test_open_questions_leave_open_in_sql_what_they_leave_open_in_python(
    cast: Cast, definition: Definition, ats: list[int]
) -> None:
    nobody = {"email": "", "phone": "1", "acted_at": NOW - timedelta(days=2)}
    agree(cast, definition, [(nobody, NOW + timedelta(days=days)) for days in ats])


def test_every_letter_that_python_knows_is_folded_alike_in_sql(db: None) -> None:
    import unicodedata

    every = [chr(code) for code in range(1, sys.maxunicode + 1)]
    known = [one for one in every if unicodedata.category(one) not in ("Cn", "Cs", "Co")]
    parameters: dict[str, Any] = {"marks": [f"a{one}b" for one in known]}

    def parameter(value: object) -> str:
        parameters[f"p{len(parameters)}"] = value
        return f"%(p{len(parameters) - 1})s"

    marks = "SELECT mark FROM unnest(%(marks)s) mark OFFSET 0"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT mark, {folded('mark', parameter)} FROM ({marks}) m", parameters)
        found = dict(cursor.fetchall())
    assert len(found) == len(known) > 100_000
    assert [one for one in known if found[f"a{one}b"] != fold(f"a{one}b")] == []


def test_a_tie_is_rounded_alike_after_whole_half_lives(cast: Cast) -> None:
    criterion = {"id": "c", "sentence": "Asked", "kind": "interest", "field": "request",
                 "operator": "known", "unknown": "fail", "weight": 1,
                 "half_life_days": 1}  # fmt: skip
    definition = Definition.from_content({
        "criteria": [criterion], "thresholds": {"fit": 0, "interest": 0},
        "tiers": {"fit": [], "interest": [], "cells": [[1]], "fast_track": 1},
    })  # fmt: skip
    ages = [0, 1, 2, 3, 5, 2_000]
    leads = [({"request": "demo", "acted_at": NOW - timedelta(days=n)}, NOW) for n in ages]
    rows = wrote(cast, leads)
    found = by_database(definition, rows, [NOW] * len(rows))
    # 12.5 and 3.125 hundredths: ties go to the even one.
    assert [found[row.pk][3] for row in rows] == [100, 50, 25, 12, 3, 0]
    assert found == by_python(definition, rows, [NOW] * len(rows))


def test_what_people_wrote_is_never_read_as_sql(cast: Cast) -> None:
    hostile = ["'; DROP TABLE leads_lead; --", "%(ids)s", "%s %%", "a)|(b", "[[:alpha:]]", "\\y"]
    criteria = [
        {"id": f"c{n}", "sentence": "It is so", "kind": "gate", "field": field,
         "operator": operator, "value": hostile, "unknown": "fail"}
        for n, (field, operator) in enumerate([
            ("title", "has_word"), ("title", "contains"), ("company", "ends_with"),
            ("attributes.a", "one_of"),
        ])
    ]  # fmt: skip
    definition = Definition.from_content({
        "criteria": criteria, "thresholds": {"fit": 0, "interest": 0},
        "tiers": {"fit": [], "interest": [], "cells": [[1]], "fast_track": 1},
    })  # fmt: skip
    leads = [
        ({"title": text, "company": f"x {text}", "attributes": {"a": text}}, NOW)
        for text in [*hostile, "a", "b", "alpha", "plain"]
    ]
    rows = wrote(cast, leads)
    found = by_database(definition, rows, [NOW] * len(rows))
    assert found == by_python(definition, rows, [NOW] * len(rows))
    answers = [found[row.pk][0] for row in rows]
    assert answers == ["yes"] * len(hostile) + ["no"] * 4


def test_an_expression_that_would_hang_is_read_as_the_text_that_it_is(cast: Cast) -> None:
    """No criterion takes an expression: marks stand for themselves, so nothing can be made slow."""
    hanging = "(a+)+$"
    definition = Definition.from_content({
        "criteria": [
            {"id": f"c{n}", "sentence": "It is so", "kind": "gate", "field": "message",
             "operator": operator, "value": [hanging], "unknown": "fail"}
            for n, operator in enumerate(["contains", "has_word", "ends_with"])
        ],
        "thresholds": {"fit": 0, "interest": 0},
        "tiers": {"fit": [], "interest": [], "cells": [[1]], "fast_track": 1},
    })  # fmt: skip
    rows = wrote(cast, [({"message": "a" * 4_000 + "!"}, NOW), ({"message": hanging}, NOW)])
    found = by_database(definition, rows, [NOW] * len(rows))
    assert found == by_python(definition, rows, [NOW] * len(rows))
    assert [found[row.pk][0] for row in rows] == ["no", "yes"]


def test_a_definition_that_no_query_can_weigh_is_refused(cast: Cast) -> None:
    def either(field: str) -> list[dict[str, Any]]:
        test = {"field": field, "operator": "equals", "unknown": "ask", "sentence": "So"}
        return [
            {**test, "id": f"{field}_{n}".replace("attributes.", ""), "value": str(n),
             "kind": "fit" if n % 2 else "interest", "weight": 10 + n}
            for n in range(2)
        ]  # fmt: skip

    criteria = [one for n in range(14) for one in either(f"attributes.a{n}")]
    definition = Definition.from_content({
        "criteria": criteria, "thresholds": {"fit": 5, "interest": 5},
        "tiers": {"fit": [], "interest": [], "cells": [[1]], "fast_track": 1},
    })  # fmt: skip
    with pytest.raises(DomainError) as refused:
        by_database(definition, wrote(cast, [({}, NOW)]), [NOW])
    assert refused.value.code == "too_open"

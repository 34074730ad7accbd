"""Any agreement at all, as JSON that somebody might have written."""

from typing import Any

from hypothesis import strategies as st

from sla.agreement.ladder import MOVED_BY
from sla.agreement.pauses import PAUSABLE
from sla.agreement.promises import SHARES
from sla.agreement.starter import STARTER
from sla.agreement.targets import ABSENCE, KINDS

LISTED: Any = STARTER["exceptions"]

amounts = st.builds("{}{}".format, st.integers(1, 500), st.sampled_from(["s", "m", "h", "bd"]))
shares = st.integers(1, 10_000).map(lambda tenthousandths: tenthousandths / 10_000)
names = st.text("abcdefgh éż-", min_size=1, max_size=20).filter(lambda text: bool(text.strip()))
targets = st.fixed_dictionaries(
    {"amount": amounts}, optional={"at_risk_share": shares, "attainment": shares}
)


def _in_turn(choice: list[str], moments: list[int]) -> list[dict[str, Any]]:
    moved = [
        {"do": do, "at": at / 100} for do, at in zip(choice, sorted(set(moments)), strict=False)
    ]
    return [{"do": "remind"}, {"do": "tell"}, *moved]


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    pairs = st.tuples(st.sampled_from([None, *KINDS]), st.sampled_from([None, 1, 2, 3]))
    found = []
    for kind, tier in draw(st.lists(pairs, unique=True, max_size=6)):
        steps = _in_turn([], [])
        if kind in MOVED_BY:
            choice = draw(st.permutations(["offer", "reassign", "manager"]))
            steps = _in_turn(choice, draw(st.lists(st.integers(101, 2_000), max_size=3)))
        found.append({"kind": kind, "tier": tier, "steps": steps})
    return found


@st.composite
def plans(draw: st.DrawFn) -> dict[str, Any]:
    days = sorted(draw(st.lists(st.integers(1, 500), unique=True, max_size=19)))
    count = len(days) + 1
    return {
        "on": [f"{day}bd" for day in days],
        "channels": draw(st.integers(1, min(3, count))),
        "days": draw(st.integers(1, count)),
    }


pauses = st.lists(
    st.fixed_dictionaries(
        {
            "code": st.from_regex(r"[a-z][a-z0-9_]{1,20}", fullmatch=True),
            "label": names,
            "cap": amounts,
            "kinds": st.lists(st.sampled_from(PAUSABLE), min_size=1, max_size=5),
        }
    ),
    max_size=4,
    unique_by=lambda pause: pause["code"],
)
surges = st.none() | st.fixed_dictionaries(
    {"per_day": st.integers(1, 1_000)},
    optional={"factor": st.integers(100, 1_000).map(lambda hundredths: hundredths / 100)},
)
volumes = st.none() | st.fixed_dictionaries(
    {"measure": st.sampled_from(["leads", "value"]), "per_month": st.integers(1, 10**9)},
    optional={"tolerance": shares},
)
contents = st.fixed_dictionaries(
    {},
    optional={
        "defaults": st.dictionaries(st.sampled_from(KINDS), targets),
        "exceptions": st.lists(st.sampled_from(LISTED), unique_by=str, max_size=12),
        "ladder": rules(),
        "hops": st.integers(0, 10),
        "attempts": st.dictionaries(st.sampled_from("123"), plans()),
        "pauses": pauses,
        "absence": st.sampled_from([rule for rule in ABSENCE if rule != "pause"]),
        "relief": st.fixed_dictionaries(
            {}, optional={"surge": surges, "late": st.booleans(), "non_conforming": st.booleans()}
        ),
        "marketing": st.fixed_dictionaries(
            {}, optional={"volume": volumes, **dict.fromkeys(SHARES, st.none() | shares)}
        ),
        "review_on": st.none() | st.dates().map(lambda day: day.isoformat()),
    },
)

"""Targets to start from: editable defaults, not truths (a target nobody can hold is ignored).

`HOUSE_DEFAULTS` also stands in for a kind that an older agreement does not name, so that adding a
clock never leaves a lead without a promise.
"""

from collections.abc import Mapping

# The targets of tier 3; amounts as in `targets.parse_amount`.
HOUSE_DEFAULTS: Mapping[str, str] = {
    "triage": "8h",
    "accept": "8h",
    "first_touch": "16h",
    "attempts": "15bd",
    "next_step": "10bd",
    "decision": "15bd",
    "debrief": "5bd",
    "rework": "2bd",
    "review": "3bd",
    "answer": "3bd",
    "status": "8h",
    "ruling": "3bd",
    "readout": "60m",
}

_REMIND_AND_TELL: list[dict[str, object]] = [{"do": "remind"}, {"do": "tell"}]

# Who hears of a promise that is not kept; `at` counts in targets.
HOUSE_LADDER: list[dict[str, object]] = [
    {
        "kind": "accept",
        "steps": [
            *_REMIND_AND_TELL,
            {"do": "offer", "at": 2},
            {"do": "reassign", "at": 3},
            {"do": "manager", "at": 4},
        ],
    },
    {"kind": "first_touch", "steps": [*_REMIND_AND_TELL, {"do": "manager", "at": 5}]},
    {"steps": _REMIND_AND_TELL},
]
HOUSE_HOPS = 2

# By tier; 93 of 100 leads that are ever reached are reached by the sixth attempt.
HOUSE_ATTEMPTS: dict[str, object] = {
    "1": {"on": ["1bd", "2bd", "4bd", "6bd", "10bd"], "channels": 2, "days": 4},
    "2": {"on": ["1bd", "3bd", "6bd", "10bd", "15bd"], "channels": 2, "days": 4},
    "3": {"on": ["3bd", "8bd", "15bd"], "channels": 2, "days": 3},
}

HOUSE_PAUSES: list[dict[str, object]] = [
    {
        "code": "asked_for_date",
        "label": "Prospect asked to be contacted on a date",
        "cap": "30bd",
        "kinds": ["first_touch", "attempts", "decision"],
    },
    {
        "code": "awaiting_marketing",
        "label": "Waiting for something from marketing",
        "cap": "5bd",
        "kinds": ["first_touch", "attempts", "decision"],
    },
    {
        "code": "absence",
        "label": "Holder is away",
        "cap": "30bd",
        "kinds": ["accept", "first_touch", "attempts", "decision"],
    },
]
HOUSE_ABSENCE = "cover"

HOUSE_RELIEF: dict[str, object] = {"surge": None, "late": True, "non_conforming": True}

# Volume is left open: nobody but the two heads can know it.
HOUSE_MARKETING: dict[str, object] = {
    "volume": None,
    "conformity": 0.95,
    "acceptance": 0.85,
    "completeness": 0.8,
    "duplicates": 0.02,
    "overrides": 0.1,
}

STARTER: dict[str, object] = {
    "defaults": {
        "triage": {"amount": "8h", "attainment": 0.9},
        "accept": {"amount": "8h", "attainment": 0.85},
        "first_touch": {"amount": "16h", "attainment": 0.85},
        "attempts": {"amount": "15bd", "attainment": 0.85},
        "next_step": {"amount": "10bd", "attainment": 0.85},
        "decision": {"amount": "15bd", "attainment": 0.85},
        "debrief": {"amount": "5bd"},
        "rework": {"amount": "2bd", "attainment": 0.9},
        "review": {"amount": "3bd", "attainment": 0.9},
        "answer": {"amount": "3bd", "attainment": 0.9},
        "status": {"amount": "8h", "attainment": 0.9},
        "ruling": {"amount": "3bd"},
        "readout": {"amount": "60m"},
    },
    "exceptions": [
        {"kind": "triage", "tier": 1, "amount": "15m", "attainment": 0.9},
        {"kind": "accept", "tier": 1, "amount": "1h", "attainment": 0.9},
        {"kind": "accept", "tier": 2, "amount": "4h", "attainment": 0.9},
        {"kind": "first_touch", "tier": 1, "amount": "1h", "attainment": 0.9},
        {"kind": "first_touch", "tier": 2, "amount": "8h", "attainment": 0.9},
        {"kind": "attempts", "tier": 1, "amount": "10bd", "attainment": 0.9},
        {"kind": "attempts", "tier": 2, "amount": "15bd", "attainment": 0.9},
        {"kind": "next_step", "tier": 1, "amount": "5bd", "attainment": 0.9},
        {"kind": "next_step", "tier": 2, "amount": "7bd", "attainment": 0.9},
        {"kind": "decision", "tier": 1, "amount": "10bd", "attainment": 0.9},
        {"kind": "decision", "tier": 2, "amount": "15bd", "attainment": 0.9},
    ],
    "ladder": HOUSE_LADDER,
    "hops": HOUSE_HOPS,
    "attempts": HOUSE_ATTEMPTS,
    "pauses": HOUSE_PAUSES,
    "absence": HOUSE_ABSENCE,
    "relief": HOUSE_RELIEF,
    "marketing": HOUSE_MARKETING,
    "review_on": None,
}

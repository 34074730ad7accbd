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
    "ruling": "3bd",
    "readout": "60m",
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
}

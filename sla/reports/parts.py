"""The parts of a slice by name, as addresses ask for them. What each holds is said in the room of
the page that shows it; `slices` finds it there."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from sla.reports.narrowing import Slice

Condition = Callable[[Slice, datetime], Q]


class Part(StrEnum):
    """What of a slice is counted. The first five go by due instant (DESIGN §7)."""

    DUE = "due"
    MET = "met"
    MET_LATE = "met_late"
    MISSED_OPEN = "missed_open"
    MISSED = "missed"
    # The same of promises with easier times by a relief, which are in none of the above.
    RELIEVED = "relieved"
    RELIEVED_MET = "relieved_met"
    # As things stand now, whatever the period.
    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    UNASSIGNED_SOON = "unassigned_soon"
    # Of those overdue, by how long they wait in times of the promise; whose they are; and one of
    # each person who waits.
    LATE_1 = "late_1"
    LATE_2 = "late_2"
    LATE_4 = "late_4"
    LATE_8 = "late_8"
    LATE_UNASSIGNED = "late_unassigned"
    LATE_INACTIVE = "late_inactive"
    LATE_PEOPLE = "late_people"
    # By start: what times are measured over.
    TIMED = "timed"
    # By submission: one clock for each lead handed over, that of whoever had to decide.
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WAITING = "waiting"
    OTHERWISE = "otherwise"
    # Of these, how far they went since.
    OPPORTUNITIES = "opportunities"
    WON = "won"
    # Of these, what marketing promised of its handovers.
    DECIDED = "decided"
    CONFORMING = "conforming"
    OVERRIDDEN = "overridden"
    DUPLICATES = "duplicates"
    CREDITED = "credited"


Labels = Mapping[Part, str]
Conditions = Mapping[Part, Condition]

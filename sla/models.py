"""Collects the models of the rooms for Django; nobody imports from here."""

from sla.agreement.models import AgreementConfirmation, AgreementVersion
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.models import Clock, ClockMove, ClockStep, Heartbeat, Outage, Rebuild
from sla.reports.breach_models import BreachEntry
from sla.reports.rollups.models import (
    CameCount,
    CameDay,
    DueCount,
    HandedCount,
    HandedDay,
    HourDue,
    HourHanded,
    KeptDay,
    Proof,
    StageCount,
    StageMark,
    StaleBegun,
    StaleCame,
    StaleHanded,
    StaleHour,
    Took,
    TookDay,
    TouchCount,
)
from sla.reports.rollups.recount_models import Recount
from sla.reports.whatif.models import WhatIf

__all__ = [
    "AgreementConfirmation",
    "AgreementVersion",
    "BreachEntry",
    "Calendar",
    "CalendarVersion",
    "CameCount",
    "CameDay",
    "Clock",
    "ClockMove",
    "ClockStep",
    "DueCount",
    "HandedCount",
    "HandedDay",
    "Heartbeat",
    "HourDue",
    "HourHanded",
    "KeptDay",
    "Outage",
    "Proof",
    "Rebuild",
    "Recount",
    "StageCount",
    "StageMark",
    "StaleBegun",
    "StaleCame",
    "StaleHanded",
    "StaleHour",
    "Took",
    "TookDay",
    "TouchCount",
    "WhatIf",
]

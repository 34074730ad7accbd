"""Collects the models of the rooms for Django; nobody imports from here."""

from sla.agreement.models import AgreementConfirmation, AgreementVersion
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.models import CalendarRebuild, Clock, ClockMove, ClockStep, Heartbeat, Outage

__all__ = [
    "AgreementConfirmation",
    "AgreementVersion",
    "Calendar",
    "CalendarRebuild",
    "CalendarVersion",
    "Clock",
    "ClockMove",
    "ClockStep",
    "Heartbeat",
    "Outage",
]

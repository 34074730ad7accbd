"""Collects the models of the rooms for Django; nobody imports from here."""

from sla.agreement.models import AgreementVersion
from sla.calendars.models import Calendar, CalendarVersion
from sla.clocks.models import Clock, Heartbeat

__all__ = ["AgreementVersion", "Calendar", "CalendarVersion", "Clock", "Heartbeat"]

"""Collects the models of the rooms for Django; nobody imports from here."""

from leads.definition.models import DefinitionConfirmation, DefinitionVersion
from leads.handoff.models import Consent, Custody, Event, Lead, Person, Remark
from leads.intake.models import Form
from leads.routing.models import RoutingRule, Turn
from leads.work.models import Touch

__all__ = [
    "Consent",
    "Custody",
    "DefinitionConfirmation",
    "DefinitionVersion",
    "Event",
    "Form",
    "Lead",
    "Person",
    "Remark",
    "RoutingRule",
    "Touch",
    "Turn",
]

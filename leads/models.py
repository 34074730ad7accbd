"""Collects the models of the rooms for Django; nobody imports from here."""

from leads.definition.models import DefinitionConfirmation, DefinitionVersion
from leads.handoff.consents import Consent
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.handoff.pauses import Pause
from leads.intake.models import Form
from leads.routing.models import RoutingRule, Turn
from leads.trials.models import Backtest
from leads.work.models import Debrief, Question, Ruling, Touch

__all__ = [
    "Backtest",
    "Consent",
    "Custody",
    "Debrief",
    "DefinitionConfirmation",
    "DefinitionVersion",
    "Event",
    "Form",
    "Lead",
    "Pause",
    "Person",
    "Question",
    "Remark",
    "RoutingRule",
    "Ruling",
    "Touch",
    "Turn",
]

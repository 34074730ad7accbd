"""Collects the models of the rooms for Django; nobody imports from here."""

from leads.campaigns.models import Campaign, CampaignCost, CampaignRule, Readout
from leads.companies.models import Company, CompanyDomain
from leads.definition.models import (
    DefinitionConfirmation,
    DefinitionRemark,
    DefinitionVersion,
    OwnField,
)
from leads.duplicates.models import Likeness, Lookout
from leads.handoff.consents import Consent
from leads.handoff.disputes import Dispute
from leads.handoff.models import Custody, Event, Lead, Person, Remark
from leads.handoff.pauses import Pause
from leads.handoff.reasons import Reason, ReasonKind
from leads.handoff.recoding import Recoding
from leads.intake.importing.models import Import, ImportMapping, ImportRow
from leads.intake.models import ConsentWords, Form
from leads.intake.quarantine.models import Quarantined
from leads.intake.receiving.models import Arrived, Delivery, Endpoint
from leads.routing.models import RoutingVersion, Turn
from leads.trials.models import Backtest
from leads.work.models import Debrief, Question, Ruling, Touch

__all__ = [
    "Arrived",
    "Backtest",
    "Campaign",
    "CampaignCost",
    "CampaignRule",
    "Company",
    "CompanyDomain",
    "Consent",
    "ConsentWords",
    "Custody",
    "Debrief",
    "DefinitionConfirmation",
    "DefinitionRemark",
    "DefinitionVersion",
    "Delivery",
    "Dispute",
    "Endpoint",
    "Event",
    "Form",
    "Import",
    "ImportMapping",
    "ImportRow",
    "Lead",
    "Likeness",
    "Lookout",
    "OwnField",
    "Pause",
    "Person",
    "Quarantined",
    "Question",
    "Readout",
    "Reason",
    "ReasonKind",
    "Recoding",
    "Remark",
    "RoutingVersion",
    "Ruling",
    "Touch",
    "Turn",
]

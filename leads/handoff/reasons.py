"""Why a lead went back, was parked or ended: coded, with what each code asks for.

The codes are stable names; labels may be edited. Source: the taxonomy of the field
(rejection before contact, recycling with a date, disqualification after attempts, loss).
"""

from dataclasses import dataclass
from enum import StrEnum

from leadbridge.kernel.errors import DomainError
from leads.handoff.stages import Action


class Ask(StrEnum):
    """What a code needs besides itself."""

    COMMENT = "comment"
    CRITERION = "criterion"


@dataclass(frozen=True)
class Reason:
    """One code of one action."""

    code: str
    label: str
    asks: Ask | None = None


MINIMUM_WORDS = 15  # characters: enough that "other" says something

REASONS: dict[Action, tuple[Reason, ...]] = {
    Action.REJECT: (
        Reason("duplicate", "Duplicate of another lead"),
        Reason("customer", "Already a customer or open deal"),
        Reason("wrong_route", "Wrong territory, product or owner"),
        Reason("bad_data", "Contact data wrong or missing"),
        Reason("fails_definition", "Does not meet the definition", Ask.CRITERION),
        Reason("not_a_buyer", "Not a buyer (student, vendor, job seeker, spam)"),
        Reason("no_consent", "Contact not permitted"),
        Reason("no_capacity", "No capacity on our side"),
        Reason("other", "Something else", Ask.COMMENT),
    ),
    Action.RECYCLE: (
        Reason("unreachable", "Unable to reach"),
        Reason("timing", "Timing, project is later"),
        Reason("no_budget", "No budget now"),
        Reason("under_contract", "Under contract with somebody else"),
        Reason("wrong_person", "Right company, wrong person"),
        Reason("internal_agreement", "Needs internal agreement"),
        Reason("researching", "Still researching"),
        Reason("lost_return", "Lost deal worth returning to"),
    ),
    Action.DISQUALIFY: (
        Reason("no_need", "No need"),
        Reason("no_fit", "No fit"),
        Reason("chose_rival", "Chose somebody else"),
        Reason("never_a_buyer", "Never a buyer"),
        Reason("invalid", "Invalid or unreachable for good"),
        Reason("do_not_contact", "Asked not to be contacted"),
        Reason("blocked", "Legal, credit or ethics block"),
        Reason("other", "Something else", Ask.COMMENT),
    ),
    Action.LOSE: (
        Reason("price", "Price"),
        Reason("rival", "A rival won"),
        Reason("no_decision", "No decision"),
        Reason("timing", "Timing"),
        Reason("missing_capability", "Missing capability"),
        Reason("champion_left", "Our champion left"),
        Reason("lost_contact", "Lost contact"),
        Reason("other", "Something else", Ask.COMMENT),
    ),
}


def reason_for(action: Action, code: str, *, comment: str = "", criterion: str = "") -> Reason:
    """The reason behind a code, with what it asks for present; DomainError names the field."""
    known = {reason.code: reason for reason in REASONS[action]}
    if code not in known:
        raise DomainError("invalid", f"Choose one of: {', '.join(known)}.", field="reason")
    reason = known[code]
    if reason.asks is Ask.COMMENT and len(comment.strip()) < MINIMUM_WORDS:
        raise DomainError(
            "invalid",
            f"Say in a few words what it is ({MINIMUM_WORDS} characters or more).",
            field="comment",
        )
    if reason.asks is Ask.CRITERION and not criterion:
        raise DomainError(
            "invalid", "Name the criterion that the lead does not meet.", field="criterion"
        )
    return reason


def label_of(action: str, code: str) -> str:
    """The words for a code on screens; the code itself where it is unknown."""
    for reason in REASONS.get(Action(action), ()):
        if reason.code == code:
            return reason.label
    return code

"""The terms of an agreement as both sides say them aloud. Pure; pages and differences use it."""

from collections.abc import Sequence
from decimal import Decimal

from sla.agreement.amounts import Amount
from sla.agreement.ladder import MANAGER, OFFER, REASSIGN, REMIND, TELL, Step
from sla.agreement.promises import Surge, Volume

LABELS = {
    "triage": "Triage",
    "accept": "Accept",
    "first_touch": "First touch",
    "attempts": "Attempts",
    "next_step": "Next step",
    "decision": "Decision",
    "debrief": "Debrief",
    "rework": "Rework",
    "review": "Review",
    "answer": "Answer",
    "status": "Status",
    "ruling": "Ruling",
    "readout": "Read-out",
}
# What is promised: “within 4 working hours sales accepts or rejects a lead that was handed over”.
MEANINGS = {
    "triage": "Marketing hands a new lead over, nurtures or disqualifies it",
    "accept": "Sales accepts or rejects a lead that was handed over",
    "first_touch": "Sales makes the first personal contact, counted from the handover",
    "attempts": "Sales has tried as often as agreed, counted from the first touch",
    "next_step": "Sales takes the next step, at the latest so long after the last",
    "decision": "Sales qualifies, recycles or disqualifies a lead it accepted",
    "debrief": "Sales says why a deal was won or lost",
    "rework": "Marketing deals with a lead that sales rejected",
    "review": "Marketing looks at a parked lead, counted from its date",
    "answer": "Marketing answers a question or a request of sales",
    "status": "Sales says how a lead stands that marketing asked about",
    "ruling": "Both managers rule on a disputed rejection",
    "readout": "Both sides sign the read-out of a campaign",
}
SIDES = {
    "sales": ("accept", "first_touch", "attempts", "next_step", "decision", "status", "debrief"),
    "marketing": ("triage", "rework", "review", "answer"),
    "both": ("ruling", "readout"),
}
ABSENCE_WORDS = {
    "reoffer": "their open leads are offered to the pool again",
    "cover": "their open leads go to whoever covers for them",
    "pause": "the clocks of their open leads stand still",
}
SHARE_WORDS = {
    "conformity": "at least {} of the leads handed over pass every gate",
    "acceptance": "at least {} of the leads handed over are accepted",
    "completeness": "at least {} of the optional fields are filled in",
    "duplicates": "at most {} of the leads handed over are duplicates or customers already",
    "overrides": "at most {} of the leads handed over are sent against the definition",
}
CAP_WORDS = {
    True: "An override beyond the cap is refused, one a month excepted",
    False: "An override beyond the cap is counted and told",
}
_TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 10: "ten times"}


def kind_words(kind: str) -> str:
    """A kind of clock, also one that came with a later version of the program."""
    return LABELS.get(kind, kind.replace("_", " ").capitalize())


def share_words(share: Decimal) -> str:
    """ "95 %", "97.5 %"."""
    percent = share * 100
    return f"{percent.normalize():f} %"


def multiple_words(at: Decimal) -> str:
    """ "twice the target", "2.5 times the target"."""
    whole = _TIMES.get(int(at)) if at % 1 == 0 else None
    return f"{whole or f'{at.normalize():f} times'} the target"


def listed(words: Sequence[str]) -> str:
    """ "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def kinds_words(kinds: Sequence[str]) -> str:
    """ "first touch, attempts and decision"."""
    return listed([kind_words(kind).lower() for kind in kinds])


def step_words(step: Step) -> str:
    """What a step does and when: “offers the lead to the pool at twice the target”."""
    doing = {
        REMIND: "reminds the holder when the target is at risk",
        TELL: "tells the holder and the manager at due",
        OFFER: "offers the lead to the pool",
        REASSIGN: "gives the lead to somebody who has not had it",
        MANAGER: "calls on the manager personally",
    }[step.do]
    return doing if step.do in (REMIND, TELL) else f"{doing} at {multiple_words(step.at)}"


def after_words(amount: Amount) -> str:
    """When an attempt is due: “4 business days after the first touch”."""
    return f"{amount.in_words} after the first touch"


def surge_words(surge: Surge) -> str:
    """When a day brings too much: “more than 60 leads on one day (40 planned, times 1.5)”."""
    most = surge.per_day * surge.factor
    return (
        f"more than {most.normalize():f} leads on one day ({surge.per_day} planned, "
        f"times {surge.factor.normalize():f})"
    )


def volume_words(volume: Volume) -> str:
    """How much a month: “200 leads a month, never more than 20 % off an even pace”."""
    much = {"leads": "{:,} leads", "value": "leads worth {:,}"}[volume.measure]
    pace = share_words(volume.tolerance)
    return f"{much.format(volume.per_month)} a month, never more than {pace} off an even pace"


def lead_words(selectors: Sequence[tuple[str, str | int]]) -> str:
    """For which leads: “tier 1, source web form”."""
    return ", ".join(f"{name} {value}" for name, value in selectors)


def times_words(count: int) -> str:
    """ "never", "at most once", "at most 3 times"."""
    few = {0: "never", 1: "at most once", 2: "at most twice"}
    return few.get(count, f"at most {count} times")

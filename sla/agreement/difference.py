"""What one agreement says otherwise than another, in sentences both sides can read aloud. Pure.

Two agreements that differ always give at least one sentence: nobody signs a change unseen.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from sla.agreement.ladder import LadderRule, Step
from sla.agreement.pauses import PauseRule
from sla.agreement.promises import SHARES
from sla.agreement.targets import Agreement, Target
from sla.agreement.words import (
    ABSENCE_WORDS,
    CAP_WORDS,
    SHARE_WORDS,
    after_words,
    kind_words,
    kinds_words,
    lead_words,
    multiple_words,
    share_words,
    step_words,
    surge_words,
    times_words,
    volume_words,
)

Selectors = tuple[tuple[str, str | int], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: in which part of the agreement, and the sentence."""

    part: str
    sentence: str


def changes(before: Agreement, after: Agreement) -> list[Change]:
    """Every difference, in the order of the document."""
    found = []
    for part, tell in _PARTS.items():
        sentences = dict.fromkeys(tell(before, after))  # each once, in order
        found += [Change(part, sentence) for sentence in sentences]
    return found


def _targets(before: Agreement, after: Agreement) -> Iterator[str]:
    special = [
        {(one.target.kind, one.selectors) for one in each.exceptions} for each in (before, after)
    ]
    for kind in dict.fromkeys([*after.defaults, *before.defaults]):
        old, new = before.defaults.get(kind), after.defaults.get(kind)
        rest = any(name == kind for name, _ in special[0] | special[1])
        name = f"{kind_words(kind)}, everything else" if rest else kind_words(kind)
        if old and new:
            yield from _target(name, old, new)
        named = sorted((s for k, s in special[0] | special[1] if k == kind), key=_place)
        for selectors in named:
            yield from _exception(kind, selectors, before, after, special)


def _place(selectors: Selectors) -> tuple[int, str]:
    return len(selectors), str(selectors)


def _exception(
    kind: str,
    selectors: Selectors,
    before: Agreement,
    after: Agreement,
    special: list[set[tuple[str, Selectors]]],
) -> Iterator[str]:
    """What changes for the leads that an exception of either agreement names."""
    name = f"{kind_words(kind)}, {lead_words(selectors)}"
    old, new = _held(before, kind, selectors), _held(after, kind, selectors)
    told = list(_target(name, old, new))
    yield from told
    was, is_now = ((kind, selectors) in each for each in special)
    if not told and was != is_now:
        how = "named by itself now" if is_now else "no longer named by itself"
        yield f"{name}: {how}, still {new.amount.in_words}"


def _held(agreement: Agreement, kind: str, selectors: Selectors) -> Target:
    lead = dict(selectors)
    tier, source, team = lead.get("tier"), lead.get("source"), lead.get("team")
    return agreement.target_for(
        kind=kind,
        tier=tier if isinstance(tier, int) else None,
        source=source if isinstance(source, str) else None,
        team=team if isinstance(team, str) else None,
    )


def _target(name: str, old: Target, new: Target) -> Iterator[str]:
    if old.amount != new.amount:
        yield f"{name}: {new.amount.in_words} instead of {old.amount.in_words}"
    if old.attainment != new.attainment:
        if new.attainment is None:
            yield f"{name}: no share of kept promises is agreed any more"
        else:
            was = f" instead of {share_words(old.attainment)}" if old.attainment else ""
            yield f"{name}: to be kept in {share_words(new.attainment)} of cases{was}"
    if old.at_risk_share != new.at_risk_share:
        yield (
            f"{name}: at risk after {share_words(new.at_risk_share)} of the time instead of "
            f"{share_words(old.at_risk_share)}"
        )


def _ladder(before: Agreement, after: Agreement) -> Iterator[str]:
    old_rules, new_rules = (
        {(rule.kind, rule.tier): rule for rule in each.ladder.rules} for each in (before, after)
    )
    for key in dict.fromkeys([*new_rules, *old_rules]):
        name = f"The ladder of {_rule_words(new_rules.get(key) or old_rules[key])}"
        old = {step.do: step for step in before.ladder.steps_for(*key)}
        new = {step.do: step for step in after.ladder.steps_for(*key)}
        told = list(_steps(name, old, new))
        yield from told
        if not told and (key in old_rules) != (key in new_rules):
            how = "is named by itself now" if key in new_rules else "is no longer named by itself"
            yield f"{name} {how}, with the same steps"
    if before.hops != after.hops:
        now, then = times_words(after.hops), times_words(before.hops)
        yield f"Giving one lead to somebody else: {now} instead of {then}"


def _rule_words(rule: LadderRule) -> str:
    kind = kind_words(rule.kind).lower() if rule.kind else ""
    tier = f"tier {rule.tier}" if rule.tier else ""
    return ", ".join(part for part in (kind, tier) if part) or "everything else"


def _steps(name: str, old: dict[str, Step], new: dict[str, Step]) -> Iterator[str]:
    for do, step in new.items():
        if do not in old:
            yield f"{name} now {step_words(step)}"
        elif old[do].at != step.at:
            yield f"{name} {step_words(step)} instead of {multiple_words(old[do].at)}"
    for do, step in old.items():
        if do not in new:
            yield f"{name} no longer {step_words(step)}"


def _attempts(before: Agreement, after: Agreement) -> Iterator[str]:
    for tier, new in after.attempts.items():
        old, name = before.attempts[tier], f"Attempts, tier {tier}"
        if old.count != new.count:
            yield f"{name}: {new.count} instead of {old.count}"
        for number, (was, is_now) in enumerate(zip_longest(old.on, new.on), 2):
            if was == is_now or is_now is None:
                continue
            instead = f" instead of {was.in_words}" if was else ""
            yield f"{name}: attempt {number} is due {after_words(is_now)}{instead}"
        if old.channels != new.channels:
            yield f"{name}: by at least {_count(new.channels, 'channel')} instead of {old.channels}"
        if old.days != new.days:
            yield f"{name}: on at least {_count(new.days, 'different day')} instead of {old.days}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _pauses(before: Agreement, after: Agreement) -> Iterator[str]:
    old, new = ({pause.code: pause for pause in each.pauses} for each in (before, after))
    for code, pause in new.items():
        if code in old:
            yield from _pause(old[code], pause)
        else:
            yield f"New pause: {_pause_words(pause)}"
    for code, pause in old.items():
        if code not in new:
            yield f"No pause any more: {pause.label}"
    if old.keys() == new.keys() and list(old) != list(new):
        yield "The pauses are listed in another order"


def _pause_words(pause: PauseRule) -> str:
    most, kinds = pause.cap.in_words, kinds_words(pause.kinds)
    return f"{pause.label} ({pause.code}), at most {most}, on {kinds}"


def _pause(old: PauseRule, new: PauseRule) -> Iterator[str]:
    if old.label != new.label:
        yield f"Pause “{old.label}” is called “{new.label}” now"
    if old.cap != new.cap:
        yield f"Pause “{new.label}”: at most {new.cap.in_words} instead of {old.cap.in_words}"
    if old.kinds != new.kinds:
        yield (
            f"Pause “{new.label}”: on {kinds_words(new.kinds)} instead of {kinds_words(old.kinds)}"
        )


def _absence(before: Agreement, after: Agreement) -> Iterator[str]:
    if before.absence != after.absence:
        yield (
            f"When somebody is away, {ABSENCE_WORDS[after.absence]}; before, "
            f"{ABSENCE_WORDS[before.absence]}"
        )


def _relief(before: Agreement, after: Agreement) -> Iterator[str]:
    old, new = before.relief, after.relief
    if old.surge != new.surge:
        if new.surge is None:
            yield "A day with very many leads changes no target any more"
        else:
            was = f" instead of {surge_words(old.surge)}" if old.surge else ""
            yield f"The excess gets the targets of tier 3 at {surge_words(new.surge)}{was}"
    if old.late != new.late:
        counts = "no longer counts" if new.late else "counts"
        yield f"A lead that sales touched late {counts} against marketing’s conversion"
    if old.non_conforming != new.non_conforming:
        duty = "no longer binds" if new.non_conforming else "binds"
        yield f"A lead that fails a gate without an override {duty} sales to a target"


def _marketing(before: Agreement, after: Agreement) -> Iterator[str]:
    old, new = before.marketing, after.marketing
    if old.volume != new.volume:
        if new.volume is None:
            yield "Marketing promises no volume any more"
        else:
            was = f" instead of {volume_words(old.volume)}" if old.volume else ""
            yield f"Marketing promises {volume_words(new.volume)}{was}"
    for name in SHARES:
        was_share, is_share = getattr(old, name), getattr(new, name)
        if was_share == is_share:
            continue
        if is_share is None:
            promise = SHARE_WORDS[name].format(share_words(was_share))
            yield f"Marketing no longer promises that {promise}"
        else:
            instead = f" instead of {share_words(was_share)}" if was_share is not None else ""
            promise = SHARE_WORDS[name].format(share_words(is_share))
            yield f"Marketing promises that {promise}{instead}"
    if old.cap_refuses != new.cap_refuses:
        yield f"{CAP_WORDS[new.cap_refuses]} now"


def _review(before: Agreement, after: Agreement) -> Iterator[str]:
    if before.review_on != after.review_on:
        new, old = after.review_on, before.review_on
        was = f" instead of {old:%-d %B %Y}" if old else ""
        day = f"Both look at it again on {new:%-d %B %Y}{was}" if new else ""
        yield day or "No day is agreed any more on which both look at it again"


_PARTS = {
    "Targets": _targets,
    "Attempts": _attempts,
    "Ladder": _ladder,
    "Pauses": _pauses,
    "Absence": _absence,
    "Relief": _relief,
    "Marketing’s promises": _marketing,
    "Review": _review,
}

"""The disagreement report in words, each figure with the address of the leads that it counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leadbridge.kernel.time import local
from leads.handoff.models import Lead
from leads.handoff.stages import LABELS, Stage
from leads.trials.backtest import OUTCOMES
from leads.trials.counted import Counted, Links
from leads.trials.disagreement import Disagreement, Part, Split, sentence_of_test
from leads.trials.own_criteria import OwnCriterion, criterion_sentence, not_in_definition
from leads.trials.screen import VERDICTS

SIDES = {"met": "met", "missed": "not met", "unknown": "unknown"}


@dataclass(frozen=True)
class Share:
    """How many were refused of how many, where they are read, and the interval in words."""

    refused: str = ""
    decided: str = ""
    words: str = ""
    refused_url: str = ""
    decided_url: str = ""


def disagreement_screen(
    found: Disagreement, criteria: Sequence[OwnCriterion], links: Links, *, may_propose: bool
) -> dict[str, Any]:
    """The criteria in force; verdict by outcome in a table; and the splits that no criterion makes,
    in words."""
    return {
        "criteria": [_criterion(one, links) for one in criteria],
        "found": found,
        "decided_url": links.of_all(),
        "refused_url": links.of_all(refused=True),
        "cells": [
            {"verdict": VERDICTS.get(verdict, "not judged"), "outcome": OUTCOMES[outcome],
             "leads": number, "url": links.of_cell(verdict, outcome)}
            for verdict, outcome, number in found.cells
        ],
        "splits": [_split(one, links) for one in not_in_definition(found.splits, criteria)],
        "may_propose": may_propose,
    }  # fmt: skip


def _criterion(one: OwnCriterion, links: Links) -> dict[str, Any]:
    def share(side: str, part: Part) -> Share:
        return _share(part, lambda refused: links.of_criterion(one.id, side, refused=refused))

    return {
        "sentence": one.sentence,
        "met": share("met", one.met),
        "missed": share("missed", one.missed),
        "unknown": share("unknown", one.unknown),
        "weight": f"{100 * one.weight:.0f}",
        "goes_by": _split(one.better, links) if one.better else None,
        "own": bool(one.goes_by) and one.better is None,
    }


def _split(one: Split, links: Links) -> dict[str, Any]:
    def share(side: str, part: Part) -> Share:
        return _share(part, lambda refused: links.of_split(one, side, refused=refused))

    return {
        "key": one.key,
        "sentence": one.sentence,
        "met": share("met", one.met),
        "missed": share("missed", one.missed),
        "weight": f"{100 * one.weight:.0f}",
    }


def _share(part: Part, link: Callable[[bool], str]) -> Share:
    if not part.decided:
        return Share()
    low, high = part.interval
    share = 100 * part.refused / part.decided
    words = f"{share:.0f} % ({100 * low:.0f}–{100 * high:.0f})"
    return Share(f"{part.refused:,}", f"{part.decided:,}", words, link(True), link(False))


def leads_screen(counted: Counted, asked: Mapping[str, str], zone: str) -> dict[str, Any]:
    """The leads behind a figure, as a table."""
    return {
        "counted": counted,
        "what": _what(asked),
        "rows": [_row(lead, zone) for lead in counted.leads],
    }


def _row(lead: Lead, zone: str) -> dict[str, str]:
    verdict = "overridden" if lead.overridden else VERDICTS.get(lead.verdict, "not judged")
    day = f"{local(lead.submitted_at, zone):%-d %b %Y}" if lead.submitted_at else ""
    return {
        "ref": lead.ref,
        "name": lead.name,
        "verdict": verdict,
        "stage": LABELS[Stage(lead.stage)],
        "day": day,
    }


def _what(asked: Mapping[str, str]) -> str:
    """Which leads a figure counts."""
    whom = "Refused by sales" if asked.get("refused") == "1" else "Decided by sales"
    side = SIDES.get(asked.get("side", ""), "")
    if asked.get("criterion"):
        return f"{whom}, where “{criterion_sentence(asked['criterion'])}” is {side}"
    if asked.get("field"):
        return (
            f"{whom}, where “{sentence_of_test(asked['field'], asked.get('value', ''))}” is {side}"
        )
    if asked.get("outcome"):
        verdict = VERDICTS.get(asked.get("verdict", ""), "not judged")
        return (
            f"The definition said: {verdict}. What became of it: {OUTCOMES.get(asked['outcome'])}"
        )
    return whom

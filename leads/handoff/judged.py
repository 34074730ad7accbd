"""The verdict of a lead in words: for its page, and for a mail about it."""

from dataclasses import dataclass

from leads.definition.queries import definition_version
from leads.handoff.models import Lead

VERDICTS = {
    "yes": ("meets the definition", "ok"),
    "no": ("does not meet it", "late"),
    "unknown": ("cannot tell yet", "risk"),
}
POINTS_OF = {"gate": "must", "barrier": "must", "fast_track": "enough alone"}
OUTCOMES = {"met": ("met", "ok"), "not_met": ("not met", ""), "unknown": ("not known", "risk")}


@dataclass(frozen=True)
class Line:
    """One criterion and what became of it."""

    sentence: str
    weight: str
    outcome: str
    tone: str
    evidence: str


def lines_of(lead: Lead) -> list[Line]:
    """Every criterion by which a lead was judged."""
    return [_line(line) for line in lead.verdict_lines]


def _line(line: dict[str, object]) -> Line:
    kind, points = str(line["kind"]), float(str(line["points"]))
    outcome, tone = OUTCOMES[str(line["outcome"])]
    if points < 0:
        outcome, tone = "counts against", "risk"
    elif kind in ("gate", "barrier") and outcome == "not met":
        tone = "late"
    weight = POINTS_OF.get(kind) or (f"{points:+g}" if points else "")
    return Line(str(line["sentence"]), weight, outcome, tone, str(line["evidence"]))


def verdict_line(lead: Lead) -> str:
    """The verdict in one line of plain text: “Definition v3: yes, tier 1 (fit 60, interest 30).”
    Blank where it was never judged."""
    if not lead.verdict or lead.definition_id is None:
        return ""
    answer = {"unknown": "cannot tell"}.get(lead.verdict, lead.verdict)
    tier = f", tier {lead.tier}" if lead.tier is not None else ""
    sums = f" (fit {lead.fit}, interest {lead.interest})" if lead.fit is not None else ""
    override = "; handed over all the same" if lead.overridden else ""
    version = definition_version(lead.definition_id).number
    return f"Definition v{version}: {answer}{tier}{sums}{override}."


def verdict_text(lead: Lead) -> str:
    """The same with a line for each criterion: what became of it, and on what evidence."""
    head = verdict_line(lead)
    if not head:
        return ""
    rows = (
        f"- {line.sentence}: {line.outcome}" + (f" ({line.evidence})" if line.evidence else "")
        for line in lines_of(lead)
    )
    return "\n".join([head, *rows])

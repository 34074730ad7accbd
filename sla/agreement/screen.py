"""What a version of the agreement says otherwise than the one before, and of clocks that run."""

from dataclasses import dataclass

from leadbridge.people.document_queries import Standing
from leadbridge.people.document_screen import base_version
from sla.agreement.difference import changes
from sla.agreement.models import AgreementVersion, Running
from sla.agreement.paper import grouped
from sla.agreement.targets import Agreement


def difference(version: AgreementVersion, standing: Standing) -> list[tuple[str, list[str]]]:
    """What a version says otherwise: one that is to come than the version in force, one that came
    than the version it followed; by part."""
    base = base_version(version, standing)
    if base is None:
        return []
    before, after = Agreement.from_content(base.content), Agreement.from_content(version.content)
    return grouped(changes(before, after))


SENTENCES = {
    Running.KEEP: "It counts for new clocks only: those that run go on as they are.",
    Running.MOVE: "It counts for running clocks too: they are reckoned anew from where they began, "
    "and what turns late by that notifies nobody.",
}


@dataclass(frozen=True)
class RunningAsked:
    """What is asked, or stated, of clocks that run when a version comes into force."""

    url: str
    sentence: str
    choices: list[tuple[str, str]]
    chosen: str


def running_asked(version: AgreementVersion, standing: Standing) -> RunningAsked | None:
    """Nothing for the first version: without an agreement no clock runs."""
    if base_version(version, standing) is None:
        return None
    return RunningAsked(
        url=f"/agreement/v{version.version}/running/",
        sentence=SENTENCES[Running(version.running)],
        choices=list(Running.choices),
        chosen=version.running,
    )

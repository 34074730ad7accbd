"""Which agreement is in force."""

from dataclasses import dataclass
from functools import lru_cache

from leadbridge.kernel.prepared import Prepared
from leads.handoff.overrides import Cap
from sla.agreement.models import AgreementVersion
from sla.agreement.targets import Agreement


@dataclass(frozen=True)
class ActiveAgreement:
    """A version with its targets, ready to judge by."""

    version_id: int
    number: int
    agreement: Agreement


_ACTIVE = Prepared(
    0,
    lambda: AgreementVersion.objects.filter(state=AgreementVersion.State.ACTIVE).values_list(
        "pk", flat=True
    ),
)


def active_agreement() -> ActiveAgreement | None:
    """The agreement both sides signed and put into force, or None before the first."""
    version_id = _ACTIVE.first()
    return agreement_version(version_id) if version_id else None


@lru_cache(maxsize=64)
def agreement_version(version_id: int) -> ActiveAgreement:
    """One version by its id; read once, because it never changes after it was proposed."""
    version = AgreementVersion.objects.get(pk=version_id)
    return ActiveAgreement(version.pk, version.version, Agreement.from_content(version.content))


def override_cap() -> Cap | None:
    """What is agreed of handovers against the definition; None where nothing is."""
    active = active_agreement()
    promised = active.agreement.marketing if active else None
    if promised is None or promised.overrides is None:
        return None
    return Cap(promised.overrides, promised.cap_refuses)

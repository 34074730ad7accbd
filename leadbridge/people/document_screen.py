"""What the pages of a document show: a version, who signed it, what one may do with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from leadbridge.kernel.confirmations import Confirmation
from leadbridge.kernel.documents import DocumentState, VersionedDocument
from leadbridge.kernel.time import local
from leadbridge.people.access import active_heads, may_draft, signing_side
from leadbridge.people.document_queries import Standing, acts_for
from leadbridge.people.document_rules import Kind
from leadbridge.people.models import Side, User


@dataclass(frozen=True)
class Tag:
    """A short word about a state, and its colour."""

    text: str
    tone: str = ""


@dataclass(frozen=True)
class Entry:
    """One version, or one confirmation, in the history."""

    title: str
    url: str
    when: str
    detail: str
    tone: str = ""
    current: bool = False


@dataclass(frozen=True)
class May:
    """What this person may do with this version now; the actions ask again."""

    draft: bool = False
    edit: bool = False
    withdraw: bool = False
    sign: str = ""
    retire: bool = False
    confirm: str = ""


def may(user: User, version: VersionedDocument | None, standing: Standing) -> May:
    """The buttons of a page."""
    if version is None:
        return May(draft=may_draft(user))
    acts, side = acts_for(user, version, standing.half_confirmed), signing_side(user) or ""
    return May(
        draft=may_draft(user) and version.state == DocumentState.ACTIVE,
        edit="edit" in acts,
        withdraw="withdraw" in acts,
        sign=side if "sign" in acts else "",
        retire="retire" in acts,
        confirm=side if "confirm" in acts else "",
    )


def state_tag(version: VersionedDocument, zone: str) -> Tag:
    """Where a version stands: “v7 in force since 2 May 2026”."""
    since = _day(version.effective_from, zone)
    name = f"v{version.version}"
    if version.state == DocumentState.ACTIVE:
        return Tag(f"{name} in force since {since}", "ok")
    if version.state == DocumentState.SIGNED:
        return Tag(f"{name} signed, in force from {since}", "ok")
    if version.state == DocumentState.PROPOSED:
        return Tag(f"{name} proposed", "risk")
    if version.state == DocumentState.DRAFT:
        return Tag(f"{name}, a draft")
    return Tag(f"{name} {_past(version, zone)}")


def _past(version: VersionedDocument, zone: str) -> str:
    until = _day(version.retired_at, zone)
    # What was dropped before its day has no day on which it held.
    began = version.effective_from
    held = version.is_signed_by_both and began and version.retired_at and began < version.retired_at
    return f"in force {_day(began, zone)} to {until}" if held else f"dropped {until}"


def signatures(version: VersionedDocument, zone: str) -> list[Tag]:
    """Who signed for each side, or who could."""
    if version.state == DocumentState.DRAFT:
        return []
    return [_signature(version, side, zone) for side in Side]


def _signature(row: Any, side: Side, zone: str) -> Tag:
    by, at = getattr(row, f"{side}_signed_by"), getattr(row, f"{side}_signed_at")
    if by is not None:
        # While it waits for the other, who is enough; under what holds the day belongs to it.
        waits = getattr(row, "state", "") == DocumentState.PROPOSED
        day = "" if waits else f", {_day(at, zone)}"
        return Tag(f"{side.label}: signed by {by}{day}", "ok")
    if getattr(row, "state", "") == DocumentState.RETIRED:
        return Tag(f"{side.label}: not signed")
    head = active_heads(side).first()
    return Tag(f"{side.label}: waiting for {head or 'a head of ' + side}", "risk")


def half_signed(half: Confirmation | None, zone: str) -> list[Tag]:
    """The two signatures under a confirmation that waits for the second."""
    return [_signature(half, side, zone) for side in Side] if half else []


def history(
    kind: Kind[Any], standing: Standing, shown: VersionedDocument | None, zone: str
) -> Iterator[Entry]:
    """Every version that may be seen, the newest first, and the confirmations of what holds."""
    versions = [*standing.drafts, standing.on_its_way, standing.active, *standing.former]
    for version in sorted((one for one in versions if one), key=lambda one: -one.version):
        yield Entry(
            title=f"Version {version.version}",
            url=f"{kind.path}v{version.version}/",
            when=state_tag(version, zone).text.removeprefix(f"v{version.version}").strip(", "),
            detail=_signers(version),
            tone="ok" if version.state == DocumentState.ACTIVE else "",
            current=shown is not None and version.pk == shown.pk,
        )
        if version == standing.active:
            yield from _confirmations(standing, zone)


def _confirmations(standing: Standing, zone: str) -> Iterator[Entry]:
    for one in standing.confirmations:
        if one.completed_at is not None:
            signers = f"Signed by {one.marketing_signed_by} and {one.sales_signed_by}"
            review = f"; next review {one.review_on:%-d %b %Y}" if one.review_on else ""
            when = _day(one.completed_at, zone)
            yield Entry("Confirmed unchanged", "", when, f"{signers}{review}", "ok")


def _signers(version: VersionedDocument) -> str:
    names = [str(by) for by in (version.marketing_signed_by, version.sales_signed_by) if by]
    if names:
        return f"Signed by {' and '.join(names)}"
    return f"Drafted by {version.drafted_by}" if version.drafted_by else ""


def _day(instant: datetime | None, zone: str) -> str:
    return f"{local(instant, zone):%-d %b %Y}" if instant else ""


def base_version(version: Any, standing: Standing) -> Any:
    """The version that one is compared with: of what is to come the one in force, of what came the
    one it followed; None for the first."""
    came = version.state in (DocumentState.ACTIVE, DocumentState.RETIRED)
    return version.based_on if came else standing.active


def base_of(version: VersionedDocument, standing: Standing) -> str:
    """The name of the version that one is compared with."""
    base = base_version(version, standing)
    return f"v{base.version}" if base else ""


def sheet_of(
    kind: Kind[Any], user: User, shown: Any, standing: Standing, zone: str
) -> dict[str, object]:
    """What every page of a document shows beside its own text: context of its template."""
    context: dict[str, object] = {
        "version": shown,
        "here": f"{kind.path}v{shown.version}/" if shown else "",
        "path": kind.path,
        "name": kind.name,
        "may": may(user, shown, standing),
        "history": list(history(kind, standing, shown, zone)),
        "review_on": standing.review_on,
    }
    if shown is None:
        return context
    in_force = shown == standing.active
    coming = standing.on_its_way if in_force else None
    return context | {
        "tag": state_tag(shown, zone),
        "signatures": signatures(shown, zone),
        "base": base_of(shown, standing),
        "coming": coming,
        "coming_tags": signatures(coming, zone) if coming else [],
        "half": standing.half_confirmed if in_force else None,
        "half_tags": half_signed(standing.half_confirmed, zone),
    }

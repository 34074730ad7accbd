"""What becomes of a visitor's post: a lead, a question back, or the quarantine. Never nothing."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from leadbridge.kernel.errors import DomainError
from leadbridge.kernel.hashing import content_hash
from leads.handoff.episodes import Packet
from leads.intake.actions import take_in
from leads.intake.guard import (
    LEAST_AGE,
    MOST_AGE,
    TRAP,
    first_use,
    is_flood,
    note_program,
    read_mark,
)
from leads.intake.hosted.proof import is_proof
from leads.intake.models import ConsentWords, Form
from leads.intake.quarantine.actions import Sent, set_aside
from leads.intake.quarantine.models import Origin, Quarantined

log = logging.getLogger(__name__)

PROGRAM = DomainError("spam", "A field that people do not see was filled in, as programs do.")
UNPROVEN = DomainError(
    "unproven", "The form asks browsers for a little work, and this one did not do it."
)
FLOOD = DomainError(
    "flood", "This form brought more in ten minutes than any campaign of ours does."
)


class Doubt(StrEnum):
    """Why a post may not be from somebody who has read the page; a field of `Tongue` each."""

    TOO_QUICK = "too_quick"
    TOO_OLD = "too_old"
    NEW_WORDS = "new_words"
    ONCE_MORE = "once_more"


@dataclass(frozen=True)
class Post:
    """What arrived. `friend`: from a site that may show the form; `elsewhere`: from another."""

    form: Form
    typed: Mapping[str, str]
    raw: bytes
    content_type: str
    now: datetime
    friend: bool = False
    elsewhere: bool = False

    @property
    def mark(self) -> str:
        """The signed mark that the page carried."""
        return self.typed.get("signed_at", "")


def doubt_about(post: Post) -> Doubt | None:
    """Why it is shown once more, with everything that was typed, before it is taken."""
    mark, now = read_mark(post.mark, post.form.slug), post.now
    if mark is None:
        # A plain form on a foreign page cannot bear a mark. Whoever comes from elsewhere is shown
        # our own page, filled in, and sends it from there.
        plain = post.friend and not post.mark
        if not plain:
            return Doubt.ONCE_MORE if post.elsewhere else Doubt.TOO_OLD
    elif now - mark.at > MOST_AGE:
        return Doubt.TOO_OLD
    if agreed_to(post) is None:
        return Doubt.NEW_WORDS
    return Doubt.TOO_QUICK if mark is not None and now - mark.at < LEAST_AGE else None


def agreed_to(post: Post) -> str | None:
    """The words a visitor saw beside the box: those of today, or for a snippet on another site the
    ones that stand there; None where those were never words of this form."""
    form, mark = post.form, read_mark(post.mark, post.form.slug)
    today = content_hash(form.consent_text)
    seen = post.typed.get("consent_version", mark.consent if mark else "")
    if seen == today or not form.consent_text:
        return form.consent_text
    if "consent_version" not in post.typed:
        return None
    older = ConsentWords.objects.filter(form=form, version=seen).order_by("number").last()
    return older.text if older else None


def is_program(post: Post) -> bool:
    """Filled in what no person sees; counted, so that a day of it can be read in the log."""
    if not post.typed.get(TRAP):
        return False
    note_program(post.form.slug, post.now)
    return True


def suspicion(post: Post) -> DomainError | Doubt | None:
    """Why a post that could be read goes to a person of marketing instead of sales, or is shown
    once more: a proof of work counts once."""
    if post.form.work:
        if not is_proof(post.mark, post.typed.get("proof", "")):
            return UNPROVEN
        if not first_use(post.mark):
            return Doubt.TOO_OLD
    return FLOOD if is_flood(post.form.slug, post.now) else None


def take_post(post: Post, packet: Packet, told: Mapping[str, object]) -> None:
    """A lead out of a post that was read. What is at fault here and not with the visitor is set
    aside, which is as safe as a lead."""
    words = agreed_to(post) or ""
    if words:
        version = content_hash(words)
        packet = replace(packet, consent_text=words, consent_version=version, consent_at=post.now)
    form = post.form
    try:
        take_in(packet=packet, origin="form", marketer=form.marketer, actor=None, now=post.now)
    except DomainError as error:
        log.exception("form %s could not take a lead in: %s", form.slug, error.message)
        keep_post(post, error, told)


def keep_post(post: Post, error: DomainError, told: Mapping[str, object]) -> Quarantined:
    """Set a post aside. A program that sends the same again and again fills one row."""
    trap = post.typed.get(TRAP, "")
    attributes = told.get("attributes")
    kept = {
        **(attributes if isinstance(attributes, dict) else {}),
        **({TRAP: trap} if trap else {}),
    }
    agreed = {}
    if post.typed.get("consent") and (words := agreed_to(post)):
        agreed = {"consent": {"text": words, "at": post.now.isoformat()}}
    sent = Sent(
        origin=Origin.FORM,
        place=f"Form {post.form.slug}",
        raw=post.raw,
        error=error,
        told={**told, "attributes": kept, **agreed},
        content_type=post.content_type,
        key=f"form {post.form.slug} {sorted(map(str, told.items()))}" if trap else "",
    )
    return set_aside(sent=sent, marketer=post.form.marketer, now=post.now)

"""The own fields of this organisation: which there are, adding one, changing and retiring it."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast

from django.db import IntegrityError, connection, transaction

from leadbridge.kernel.documents import DocumentState
from leadbridge.kernel.errors import DomainError
from leadbridge.people.access import keeps_house
from leadbridge.people.models import User
from leads.definition.criteria import Criterion, Definition
from leads.definition.facts import FIELDS, FactType
from leads.definition.models import TABLE, DefinitionVersion, OwnField
from leads.definition.operators import fold, texts
from leads.definition.own_fields import (
    MOST_FIELDS,
    FieldSpec,
    read_choices,
    read_key,
    read_label,
    read_type,
)
from leads.definition.uses import use_elsewhere

HOLDING = (DocumentState.PROPOSED, DocumentState.SIGNED, DocumentState.ACTIVE)


def live_fields() -> list[FieldSpec]:
    """The fields that are in use, in the order they were added."""
    return [spec_of(row) for row in OwnField.objects.filter(retired_at=None)]


def live_facts() -> dict[str, FieldSpec]:
    """The same, by the names that criteria use."""
    return {spec.fact: spec for spec in live_fields()}


def every_field() -> dict[str, FieldSpec]:
    """All fields there ever were, by key: what a lead once said is still called by its name."""
    return {row.key: spec_of(row) for row in OwnField.objects.all()}


def spec_of(row: OwnField) -> FieldSpec:
    """A row as the pure rules know it."""
    return FieldSpec(
        row.key, row.label, cast("FactType", row.type), tuple(row.choices), row.on_forms
    )


def add_field(
    *,
    actor: User,
    now: datetime,
    key: str,
    label: str,
    type: str,  # noqa: A002  # what everybody calls it, the API too
    choices: list[str] | None = None,
    on_forms: bool = False,
) -> OwnField:
    """A field that every lead may have from now on. DomainError `forbidden` (403), `invalid`, and
    `already_known` (409) for a key there is."""
    _require_keeper(actor)
    name, of = read_key(key), read_type(type)
    if name in FIELDS:
        raise DomainError("invalid", "Every lead has this field already.", field="key")
    said, chosen = read_label(label), read_choices(choices or [], of)
    try:
        with transaction.atomic():
            _lock_documents()
            if OwnField.objects.filter(retired_at=None).count() >= MOST_FIELDS:
                raise DomainError(
                    "not_allowed", f"At most {MOST_FIELDS} fields; retire one first.", status=409
                )
            return OwnField.objects.create(
                key=name, label=said, type=of, choices=chosen, on_forms=on_forms,
                made_by=actor, made_at=now,
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError(
            "already_known",
            f"There is a field “{name}” already, in use or retired; choose another key.",
            status=409,
            field="key",
        ) from error


def change_field(
    *,
    key: str,
    actor: User,
    label: str | None = None,
    choices: list[str] | None = None,
    on_forms: bool | None = None,
) -> OwnField:
    """Call it otherwise, or offer other choices. Its key and type stay: leads hold such values."""
    _require_keeper(actor)
    with transaction.atomic():
        _lock_documents()
        row = _locked(key)
        row.label = row.label if label is None else read_label(label)
        if choices is not None:
            kept = read_choices(choices, cast("FactType", row.type))
            _refuse_choices_in_use(key, {fold(one) for one in kept})
            row.choices = kept
        row.on_forms = row.on_forms if on_forms is None else on_forms
        row.save(update_fields=["label", "choices", "on_forms"])
    return row


def retire_field(*, key: str, actor: User, now: datetime) -> OwnField:
    """No longer ask for it. What leads said stays; `in_use` (409) while a criterion or a rule
    of the routing needs it."""
    _require_keeper(actor)
    with transaction.atomic():
        _lock_documents()
        row = _locked(key)
        for version, criterion in _uses(key):
            raise DomainError(
                "in_use",
                f"“{criterion.sentence}” of the definition {version} needs it. Propose a version "
                "without that criterion and sign it first.",
                status=409,
                field="key",
            )
        if elsewhere := use_elsewhere(f"attributes.{key}"):
            raise DomainError("in_use", elsewhere, status=409, field="key")
        row.retired_at = row.retired_at or now
        row.save(update_fields=["retired_at"])
    return row


def restore_field(*, key: str, actor: User) -> OwnField:
    """Ask for it again."""
    _require_keeper(actor)
    with transaction.atomic():
        row = _locked(key)
        row.retired_at = None
        row.save(update_fields=["retired_at"])
    return row


def _uses(key: str) -> Iterator[tuple[DefinitionVersion, Criterion]]:
    """The criteria in force, or on their way, that read the field."""
    for version in DefinitionVersion.objects.filter(state__in=HOLDING):
        for criterion in Definition.from_content(version.content).criteria:
            if any(one.field == f"attributes.{key}" for one in criterion.conditions):
                yield version, criterion


def _refuse_choices_in_use(key: str, kept: set[str]) -> None:
    for version, criterion in _uses(key):
        reading = [one for one in criterion.conditions if one.field == f"attributes.{key}"]
        named = [text for one in reading for text in texts(one.value)]
        gone = [text for text in named if kept and text not in kept]
        if gone:
            raise DomainError(
                "in_use",
                f"“{criterion.sentence}” of the definition {version} names “{gone[0]}”; leave it.",
                status=409,
                field="choices",
            )


def _locked(key: str) -> OwnField:
    row = OwnField.objects.select_for_update(no_key=True).filter(key=key).first()
    if row is None:
        raise DomainError("not_found", "There is no such field.", status=404)
    return row


def _lock_documents() -> None:
    """The lock that a proposal takes: no field goes while a version that needs it comes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [TABLE])


def _require_keeper(actor: User) -> None:
    if not keeps_house(actor):
        raise DomainError("forbidden", "Fields are added by administrators.", status=403)

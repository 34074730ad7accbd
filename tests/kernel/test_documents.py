"""What the database refuses about signed documents, tried with plain UPDATEs on a concrete one."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, transaction

from leadbridge.kernel.documents import TRANSITIONS, DocumentState, content_hash
from leads.definition.models import DefinitionConfirmation, DefinitionVersion

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 12, 9, 2, tzinfo=UTC)
CONTENT = {"criteria": ["Company has 20 people or more"]}
HASH = content_hash(CONTENT)


@pytest.fixture(autouse=True)
def nothing_in_force(db: None) -> None:
    """These documents start from scratch: the version that the cast works under steps aside."""
    in_force = DefinitionVersion.objects.filter(state="active")
    in_force.update(state="retired", retired_at=NOW)


@pytest.fixture
def heads() -> tuple[Any, Any]:
    users = get_user_model().objects
    return users.create(username="head-of-marketing"), users.create(username="head-of-sales")


def signature(side: str, signer: Any) -> dict[str, Any]:
    named = {"by": signer, "at": NOW, "hash": HASH}
    return {f"{side}_signed_{part}": value for part, value in named.items()}


def make(state: str, heads: tuple[Any, Any], version: int = 1, **more: Any) -> DefinitionVersion:
    fields: dict[str, Any] = {"state": state, "version": 1000 + version, "content": CONTENT}
    if state != "draft":
        fields |= {"content_hash": HASH, "proposed_by": heads[0], "proposed_at": NOW}
    if state in ("signed", "active", "retired"):
        fields |= signature("marketing", heads[0]) | signature("sales", heads[1])
    if state in ("active", "retired"):
        fields["effective_from"] = NOW
    if state == "retired":
        fields["retired_at"] = NOW
    return DefinitionVersion.objects.create(**{**fields, **more})


def refused(document: DefinitionVersion, **changes: Any) -> None:
    """The change fails in the database, and the row is as it was."""
    before = DefinitionVersion.objects.values().get(pk=document.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        DefinitionVersion.objects.filter(pk=document.pk).update(**changes)
    assert DefinitionVersion.objects.values().get(pk=document.pk) == before


def change(document: DefinitionVersion, **changes: Any) -> None:
    assert DefinitionVersion.objects.filter(pk=document.pk).update(**changes) == 1


def test_a_version_lives_from_draft_to_retired(heads: tuple[Any, Any]) -> None:
    document = make("draft", heads)
    change(document, content={"criteria": []})
    change(document, content=CONTENT)
    change(document, state="proposed", content_hash=HASH, proposed_by=heads[0], proposed_at=NOW)
    change(document, **signature("marketing", heads[0]))
    change(document, state="signed", **signature("sales", heads[1]))
    change(document, state="active", effective_from=NOW)
    document.refresh_from_db()
    assert document.is_signed_by_both and document.is_unaltered
    change(document, state="retired", retired_at=NOW)


@pytest.mark.parametrize("state", ["proposed", "signed", "active", "retired"])
def test_a_proposed_version_cannot_be_changed(state: str, heads: tuple[Any, Any]) -> None:
    document = make(state, heads)
    refused(document, content={"criteria": ["Anybody"]})
    refused(document, content_hash="0" * 64)
    refused(document, version=9)
    refused(document, proposed_by=heads[1])
    with pytest.raises(DatabaseError), transaction.atomic():
        document.delete()
    assert DefinitionVersion.objects.filter(pk=document.pk).exists()


def test_editing_a_proposal_takes_its_signatures_with_it(heads: tuple[Any, Any]) -> None:
    document = make("proposed", heads, **signature("marketing", heads[0]))
    refused(document, state="draft", content_hash="")
    nothing = {"marketing_signed_by": None, "marketing_signed_at": None}
    change(document, state="draft", content_hash="", marketing_signed_hash="", **nothing)
    change(document, content={"criteria": ["Anybody"]})


def test_one_person_cannot_sign_for_both_sides(heads: tuple[Any, Any]) -> None:
    document = make("proposed", heads, **signature("marketing", heads[0]))
    refused(document, **signature("sales", heads[0]))


def test_a_signature_is_on_exactly_what_was_proposed(heads: tuple[Any, Any]) -> None:
    document = make("proposed", heads)
    refused(document, **{**signature("sales", heads[1]), "sales_signed_hash": "0" * 64})
    refused(document, **{**signature("sales", heads[1]), "sales_signed_at": None})
    refused(document, marketing_signed_by=heads[0])
    refused(make("draft", heads, 2), marketing_signed_by=heads[0], marketing_signed_at=NOW)


@pytest.mark.parametrize("state", ["signed", "active", "retired"])
def test_signatures_given_stay(state: str, heads: tuple[Any, Any]) -> None:
    document = make(state, heads)
    third = get_user_model().objects.create(username="somebody-else")
    refused(document, marketing_signed_by=third)
    refused(document, sales_signed_by=None, sales_signed_at=None, sales_signed_hash="")


def test_it_takes_both_signatures(heads: tuple[Any, Any]) -> None:
    document = make("proposed", heads, **signature("sales", heads[1]))
    refused(document, state="signed")
    with pytest.raises(IntegrityError), transaction.atomic():
        make("active", heads, 2, sales_signed_by=None, sales_signed_at=None, sales_signed_hash="")


def test_only_one_version_is_in_force(heads: tuple[Any, Any]) -> None:
    first, second = make("active", heads), make("signed", heads, 2)
    refused(second, state="active", effective_from=NOW)
    change(first, state="retired", retired_at=NOW)
    change(second, state="active", effective_from=NOW)


def test_a_version_number_is_given_once(heads: tuple[Any, Any]) -> None:
    make("draft", heads)
    with pytest.raises(IntegrityError), transaction.atomic():
        make("draft", heads)


def test_a_hash_is_there_unless_it_is_a_draft(heads: tuple[Any, Any]) -> None:
    document = make("draft", heads)
    refused(document, content_hash=HASH)
    refused(document, state="proposed")
    refused(document, state="proposed", content_hash="not a hash")


ILLEGAL = [
    (old, new)
    for old in DocumentState.values
    for new in DocumentState.values
    if old != new and (old, new) not in TRANSITIONS
]


@pytest.mark.parametrize(("old", "new"), ILLEGAL)
def test_no_other_step_is_taken(old: str, new: str, heads: tuple[Any, Any]) -> None:
    document = make(old, heads)
    # Everything the new state asks for is given, so that only the step itself can be refused.
    retired = NOW if new == "retired" else None
    wanted: dict[str, Any] = {"state": new, "retired_at": retired, "effective_from": NOW}
    wanted["content_hash"] = "" if new == "draft" else HASH
    for side, signer in zip(("marketing", "sales"), heads, strict=True):
        absent = {f"{side}_signed_by": None, f"{side}_signed_at": None, f"{side}_signed_hash": ""}
        wanted |= absent if new == "draft" else signature(side, signer)
    refused(document, **wanted)


def test_a_draft_can_be_thrown_away(heads: tuple[Any, Any]) -> None:
    make("draft", heads).delete()
    assert not DefinitionVersion.objects.filter(version__gt=1000).exists()


def test_the_days_it_held_are_known(heads: tuple[Any, Any]) -> None:
    signed, active = make("signed", heads), make("active", heads, 2)
    refused(signed, retired_at=NOW)
    refused(active, effective_from=None)
    refused(active, state="retired")


def test_a_signature_given_is_not_turned_into_one_of_somebody_else(heads: tuple[Any, Any]) -> None:
    ana, max_ = heads
    third = get_user_model().objects.create(username="somebody-else")
    document = make("proposed", heads, **signature("marketing", ana))
    refused(document, marketing_signed_by=max_)
    refused(document, marketing_signed_by=third)
    refused(document, marketing_signed_at=datetime(2026, 5, 13, tzinfo=UTC))
    refused(document, marketing_signed_by=None, marketing_signed_at=None, marketing_signed_hash="")
    # Both at once: a swap that ends with two people, one of whom never signed for that side.
    refused(document, **signature("marketing", max_), **signature("sales", ana))
    change(document, **signature("sales", max_))
    refused(document, marketing_signed_by=max_)
    refused(document, marketing_signed_by=max_, sales_signed_by=ana)


def test_nothing_is_signed_in_the_moment_it_is_proposed(heads: tuple[Any, Any]) -> None:
    document = make("draft", heads)
    proposed = {"state": "proposed", "content_hash": HASH, "proposed_at": NOW}
    refused(document, **proposed, **signature("sales", heads[1]))
    refused(document, **proposed, content={"criteria": []}, **signature("marketing", heads[0]))


def test_a_proposal_keeps_its_reason_and_its_day(heads: tuple[Any, Any]) -> None:
    later = datetime(2026, 6, 1, tzinfo=UTC)
    document = make("proposed", heads, note="Because.", effective_from=later)
    refused(document, note="For another reason.")
    refused(document, effective_from=NOW)
    refused(document, effective_from=None)
    change(document, **signature("marketing", heads[0]))
    change(document, state="signed", **signature("sales", heads[1]))
    refused(document, effective_from=NOW)
    refused(document, state="active", effective_from=NOW)  # before the day both signed for
    change(document, state="active", effective_from=later)
    refused(document, effective_from=NOW)


def test_one_version_at_a_time_is_on_its_way(heads: tuple[Any, Any]) -> None:
    first, second = make("proposed", heads), make("draft", heads, 2)
    refused(second, state="proposed", content_hash=HASH)
    change(first, state="retired", retired_at=NOW)
    change(second, state="proposed", content_hash=HASH)
    with pytest.raises(IntegrityError), transaction.atomic():
        make("signed", heads, 3)


def confirmed(document: DefinitionVersion, heads: tuple[Any, Any], **more: Any) -> Any:
    fields = {"document": document, "content_hash": HASH, "opened_at": NOW}
    by = {"marketing_signed_by": heads[0], "marketing_signed_at": NOW}
    return DefinitionConfirmation.objects.create(**{**fields, **by, **more})


def unconfirmed(row: Any, **changes: Any) -> None:
    """The change fails in the database, and the confirmation is as it was."""
    rows = DefinitionConfirmation.objects.filter(pk=row.pk)
    before = rows.values().get()
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**changes)
    assert rows.values().get() == before


def test_a_confirmation_takes_two_people_and_stays(heads: tuple[Any, Any]) -> None:
    row = confirmed(make("active", heads), heads)
    by_sales = {"sales_signed_by": heads[1], "sales_signed_at": NOW}
    unconfirmed(row, completed_at=NOW)
    unconfirmed(row, **by_sales)
    unconfirmed(row, sales_signed_by=heads[0], sales_signed_at=NOW, completed_at=NOW)
    unconfirmed(row, marketing_signed_by=heads[1])
    unconfirmed(row, review_on=NOW.date())
    rows = DefinitionConfirmation.objects.filter(pk=row.pk)
    assert rows.update(**by_sales, completed_at=NOW) == 1
    unconfirmed(row, sales_signed_by=heads[0])
    unconfirmed(row, marketing_signed_by=heads[1], sales_signed_by=heads[0])
    unconfirmed(row, completed_at=None)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    assert rows.exists()


@pytest.mark.parametrize("state", ["draft", "proposed", "signed", "retired"])
def test_a_confirmation_is_no_way_to_sign_what_is_not_in_force(
    state: str, heads: tuple[Any, Any]
) -> None:
    document = make(state, heads)
    with pytest.raises(DatabaseError), transaction.atomic():
        confirmed(document, heads)
    assert not DefinitionConfirmation.objects.exists()


def test_a_confirmation_is_of_exactly_what_is_in_force(heads: tuple[Any, Any]) -> None:
    document = make("active", heads)
    with pytest.raises(DatabaseError), transaction.atomic():
        confirmed(document, heads, content_hash="0" * 64)
    with pytest.raises(DatabaseError), transaction.atomic():
        confirmed(document, heads, sales_signed_by=heads[0], sales_signed_at=NOW, completed_at=NOW)
    row = confirmed(document, heads)
    unconfirmed(row, content_hash="0" * 64)
    with pytest.raises(IntegrityError), transaction.atomic():
        confirmed(document, heads)
    change(document, state="retired", retired_at=NOW)
    unconfirmed(row, sales_signed_by=heads[1], sales_signed_at=NOW, completed_at=NOW)

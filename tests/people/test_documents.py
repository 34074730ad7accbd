"""The life of a document, the same for the agreement and for the definition."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leadbridge.outbox.kinds import letter_of
from leadbridge.outbox.models import Message
from leadbridge.outbox.reviews import KIND, remind_of_review
from leadbridge.people import documents
from leadbridge.people.document_queries import get_version_for, standing_for, versions_for
from leadbridge.people.document_rules import Kind
from leadbridge.people.models import Role, User
from leads.definition.life import DEFINITION
from sla.agreement.life import AGREEMENT
from sla.agreement.queries import active_agreement

KINDS = [pytest.param(AGREEMENT, id="agreement"), pytest.param(DEFINITION, id="definition")]
EACH = pytest.mark.parametrize("kind", KINDS)
DAY = timedelta(days=1)
CHANGES: dict[str, dict[str, Any]] = {
    AGREEMENT.name: {"hops": 5},
    DEFINITION.name: {"thresholds": {"fit": 25, "interest": 15}},
}


def changed(kind: Kind[Any]) -> dict[str, Any]:
    """The content in force with one thing changed."""
    content = deepcopy(kind.rows.get(state="active").content)
    assert content.keys() >= CHANGES[kind.name].keys()
    return {**content, **CHANGES[kind.name]}


def proposed(kind: Kind[Any], cast: Cast, now: datetime, **more: Any) -> Any:
    draft = documents.start_draft(kind, actor=cast.ana, now=now, content=changed(kind))
    return documents.propose(kind, document_id=draft.pk, actor=cast.ana, now=now, **more)


def sign(kind: Kind[Any], document: Any, actor: User, now: datetime, **more: Any) -> Any:
    signed = more.get("signed_hash", document.content_hash)
    return documents.sign(kind, document_id=document.pk, actor=actor, now=now, signed_hash=signed)


def refusal(kind: Kind[Any], act: Callable[[], object]) -> DomainError:
    """The act is refused, and no row of the document is another one."""
    before = list(kind.rows.order_by("pk").values()), list(kind.confirmations.values())
    with pytest.raises(DomainError) as caught:
        act()
    assert (list(kind.rows.order_by("pk").values()), list(kind.confirmations.values())) == before
    return caught.value


@EACH
def test_two_heads_bring_a_draft_into_force(kind: Kind[Any], cast: Cast, now: datetime) -> None:
    former = kind.rows.get(state="active")
    document = proposed(kind, cast, now)
    assert (document.state, document.based_on, document.version) == (
        "proposed",
        former,
        former.version + 1,
    )
    assert sign(kind, document, cast.ana, now).state == "proposed"
    assert sign(kind, document, cast.max, now + DAY).state == "active"
    document.refresh_from_db()
    former.refresh_from_db()
    assert document.is_signed_by_both
    assert (document.marketing_signed_by, document.sales_signed_by) == (cast.ana, cast.max)
    assert (former.state, former.retired_at) == ("retired", document.effective_from)
    assert document.effective_from == now + DAY


@EACH
def test_a_draft_starts_as_what_is_in_force(kind: Kind[Any], cast: Cast, now: datetime) -> None:
    active = kind.rows.get(state="active")
    draft = documents.start_draft(kind, actor=cast.olu, now=now)
    assert (draft.content, draft.based_on) == (active.content, active)
    error = refusal(
        kind, lambda: documents.propose(kind, document_id=draft.pk, actor=cast.olu, now=now)
    )
    assert (error.code, error.status) == ("not_allowed", 409)
    assert "Confirm v1 unchanged instead" in error.message


@EACH
@pytest.mark.parametrize("name", ["mia", "sam", "nora", "lena"])
def test_who_heads_no_side_neither_drafts_nor_signs(
    kind: Kind[Any], name: str, cast: Cast, now: datetime
) -> None:
    actor = getattr(cast, name)
    draft = documents.start_draft(kind, actor=cast.ana, now=now, content=changed(kind))
    for act in (
        lambda: documents.start_draft(kind, actor=actor, now=now),
        lambda: documents.edit_draft(
            kind, document_id=draft.pk, actor=actor, content=draft.content
        ),
        lambda: documents.discard_draft(kind, document_id=draft.pk, actor=actor),
        lambda: documents.propose(kind, document_id=draft.pk, actor=actor, now=now),
    ):
        assert refusal(kind, act).status == 403
    assert draft not in versions_for(kind, actor)
    with pytest.raises(DomainError) as hidden:
        get_version_for(kind, actor, str(draft.pk))
    assert hidden.value.status == 404
    document = documents.propose(kind, document_id=draft.pk, actor=cast.ana, now=now)
    assert get_version_for(kind, actor, str(draft.pk)) == document
    active = kind.rows.get(state="active")
    for act in (
        lambda: sign(kind, document, actor, now),
        lambda: documents.withdraw(kind, document_id=draft.pk, actor=actor),
        lambda: documents.retire(kind, document_id=draft.pk, actor=actor, now=now),
        lambda: documents.confirm(
            kind,
            document_id=active.pk,
            actor=actor,
            now=now,
            signed_hash=active.content_hash,
        ),
    ):
        assert refusal(kind, act).status == 403


@EACH
def test_an_administrator_drafts_and_proposes_but_does_not_sign(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    draft = documents.start_draft(kind, actor=cast.olu, now=now, content=changed(kind))
    document = documents.propose(kind, document_id=draft.pk, actor=cast.olu, now=now)
    assert refusal(kind, lambda: sign(kind, document, cast.olu, now)).code == "forbidden"


@EACH
def test_one_person_never_signs_for_both_sides(kind: Kind[Any], cast: Cast, now: datetime) -> None:
    document = proposed(kind, cast, now)
    sign(kind, document, cast.ana, now)
    error = refusal(kind, lambda: sign(kind, document, cast.ana, now))
    assert (error.code, error.data["by"]) == ("already_decided", "Ana Costa")
    cast.ana.role = Role.SALES_HEAD
    cast.ana.save()
    error = refusal(kind, lambda: sign(kind, document, cast.ana, now))
    assert (error.code, error.status) == ("same_signer", 409)


@EACH
def test_only_what_one_has_read_is_signed(kind: Kind[Any], cast: Cast, now: datetime) -> None:
    document = proposed(kind, cast, now)
    for read in ("", "0" * 64, kind.rows.get(state="active").content_hash):
        error = refusal(kind, partial(sign, kind, document, cast.ana, now, signed_hash=read))
        assert (error.code, error.status) == ("changed", 409)
        assert error.data == {"content_hash": document.content_hash}


@EACH
def test_taking_a_proposal_back_voids_what_was_signed(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    document = proposed(kind, cast, now, effective_from=now + DAY)
    sign(kind, document, cast.ana, now)
    draft = documents.withdraw(kind, document_id=document.pk, actor=cast.max)
    draft.refresh_from_db()
    assert (draft.state, draft.content_hash, draft.marketing_signed_by) == ("draft", "", None)
    assert (draft.proposed_by, draft.effective_from) == (None, None)
    again = documents.propose(kind, document_id=draft.pk, actor=cast.max, now=now)
    sign(kind, again, cast.max, now)
    again.refresh_from_db()
    assert again.state == "proposed"


@EACH
def test_what_is_no_draft_is_not_edited(kind: Kind[Any], cast: Cast, now: datetime) -> None:
    document = proposed(kind, cast, now)
    for one in (document, kind.rows.get(state="active")):
        pk = one.pk
        for act in (
            lambda pk=pk: documents.edit_draft(
                kind, document_id=pk, actor=cast.ana, content=changed(kind)
            ),
            lambda pk=pk: documents.discard_draft(kind, document_id=pk, actor=cast.ana),
            lambda pk=pk: documents.propose(kind, document_id=pk, actor=cast.ana, now=now),
        ):
            error = refusal(kind, act)
            assert (error.code, error.status) == ("not_allowed", 409)


@EACH
def test_two_editors_do_not_lose_each_others_words(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    draft = documents.start_draft(kind, actor=cast.ana, now=now)
    seen = documents.draft_mark(draft)
    documents.edit_draft(
        kind, document_id=draft.pk, actor=cast.ana, content=changed(kind), note="Why", seen=seen
    )
    error = refusal(
        kind,
        lambda: documents.edit_draft(
            kind, document_id=draft.pk, actor=cast.max, content=draft.content, seen=seen
        ),
    )
    assert (error.code, error.status) == ("changed", 409)


@EACH
@pytest.mark.parametrize(("name", "side"), [("ana", "marketing"), ("max", "sales")])
def test_nothing_is_proposed_that_one_side_cannot_sign(
    kind: Kind[Any], name: str, side: str, cast: Cast, now: datetime
) -> None:
    draft = documents.start_draft(kind, actor=cast.olu, now=now, content=changed(kind))
    User.objects.filter(username=name).update(is_active=False)
    error = refusal(
        kind, lambda: documents.propose(kind, document_id=draft.pk, actor=cast.olu, now=now)
    )
    assert (error.code, error.status) == ("no_signer", 409)
    assert f"Give somebody the role “Head of {side}” first" in error.message


@EACH
def test_one_proposal_at_a_time_is_before_the_heads(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    first = proposed(kind, cast, now)
    second = documents.start_draft(kind, actor=cast.max, now=now, content=changed(kind))
    error = refusal(
        kind, lambda: documents.propose(kind, document_id=second.pk, actor=cast.max, now=now)
    )
    assert "v2 is proposed already" in error.message
    documents.retire(kind, document_id=first.pk, actor=cast.max, now=now)
    assert documents.propose(kind, document_id=second.pk, actor=cast.max, now=now).version == 3


@EACH
def test_a_version_comes_into_force_on_its_day_and_not_before(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    document = proposed(kind, cast, now, effective_from=now + DAY)
    sign(kind, document, cast.max, now)
    assert sign(kind, document, cast.ana, now).state == "signed"
    assert documents.bring_into_force(kind, now=now + DAY - timedelta(seconds=1)) is None
    late = now + DAY + timedelta(seconds=40)
    assert documents.bring_into_force(kind, now=late) == document
    assert documents.bring_into_force(kind, now=late) is None
    active, former = kind.rows.get(state="active"), kind.rows.get(state="retired")
    assert (active.pk, active.effective_from, former.retired_at) == (document.pk, late, late)


@EACH
def test_a_late_second_signature_takes_effect_at_once(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    document = proposed(kind, cast, now, effective_from=now + DAY)
    sign(kind, document, cast.max, now)
    signed = sign(kind, document, cast.ana, now + 2 * DAY)
    assert (signed.state, signed.effective_from) == ("active", now + 2 * DAY)


@EACH
def test_nothing_holds_from_the_past_or_in_a_far_future(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    for far in (-DAY, 400 * DAY):
        draft = documents.start_draft(kind, actor=cast.ana, now=now, content=changed(kind))
        error = refusal(
            kind,
            partial(
                documents.propose,
                kind,
                document_id=draft.pk,
                actor=cast.ana,
                now=now,
                effective_from=now + far,
            ),
        )
        assert error.field == "effective_from"


@EACH
def test_what_is_in_force_ends_only_with_what_follows(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    active = kind.rows.get(state="active")
    error = refusal(
        kind, lambda: documents.retire(kind, document_id=active.pk, actor=cast.ana, now=now)
    )
    assert (error.code, error.status) == ("not_allowed", 409)
    document = proposed(kind, cast, now, effective_from=now + DAY)
    sign(kind, document, cast.ana, now)
    sign(kind, document, cast.max, now)
    documents.retire(kind, document_id=document.pk, actor=cast.max, now=now)
    assert documents.bring_into_force(kind, now=now + 2 * DAY) is None
    assert kind.rows.get(state="active") == active


def confirm(kind: Kind[Any], actor: User, now: datetime, **more: Any) -> Any:
    active = kind.rows.get(state="active")
    fields = {"signed_hash": active.content_hash, **more}
    return documents.confirm(kind, document_id=active.pk, actor=actor, now=now, **fields)


@EACH
def test_both_heads_confirm_what_is_in_force(kind: Kind[Any], cast: Cast, now: datetime) -> None:
    day = date(2027, 3, 1)
    assert confirm(kind, cast.max, now, review_on=day).completed_at is None
    assert standing_for(kind, cast.sam).review_on is None
    assert confirm(kind, cast.ana, now + DAY).completed_at == now + DAY
    standing = standing_for(kind, cast.sam)
    assert (standing.review_on, standing.half_confirmed) == (day, None)
    assert kind.rows.get(state="active").version == 1
    confirm(kind, cast.ana, now + 2 * DAY)
    assert standing_for(kind, cast.sam).review_on == day


@EACH
def test_a_confirmation_is_refused_from_the_same_person_and_for_another_text(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    day = date(2027, 3, 1)
    error = refusal(kind, lambda: confirm(kind, cast.ana, now, signed_hash="0" * 64))
    assert error.code == "changed"
    for bad in (now.date(), date(2099, 1, 1)):
        error = refusal(kind, partial(confirm, kind, cast.ana, now, review_on=bad))
        assert error.field == "review_on"
    confirm(kind, cast.ana, now, review_on=day)
    assert (
        refusal(kind, lambda: confirm(kind, cast.ana, now, review_on=day)).code == "already_decided"
    )
    error = refusal(kind, lambda: confirm(kind, cast.max, now, review_on=date(2027, 4, 1)))
    assert "named 1 March 2027" in error.message
    User.objects.filter(pk=cast.ana.pk).update(role=Role.SALES_HEAD)
    cast.ana.refresh_from_db()
    assert refusal(kind, lambda: confirm(kind, cast.ana, now)).code == "same_signer"


@EACH
def test_the_first_to_confirm_may_name_another_day(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    confirm(kind, cast.ana, now, review_on=date(2027, 3, 1))
    confirm(kind, cast.ana, now + DAY, review_on=date(2027, 4, 1))
    confirm(kind, cast.max, now + DAY)
    assert standing_for(kind, cast.mia).review_on == date(2027, 4, 1)
    assert kind.confirmations.count() == 1


@EACH
def test_the_first_to_confirm_lets_the_other_head_know_once(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    confirm(kind, cast.ana, now, review_on=date(2027, 3, 1))
    message = Message.objects.get(kind=f"{kind.name}.half_confirmed")
    assert message.recipient == cast.max
    letter = letter_of([message])
    assert letter is not None and "your signature is missing" in letter.subject
    assert "Ana Costa confirmed version 1" in letter.body and "1 March 2027" in letter.body
    confirm(kind, cast.max, now + DAY)
    assert letter_of([message]) is None  # nothing is left to say
    assert Message.objects.filter(kind=f"{kind.name}.half_confirmed").count() == 1


def test_both_heads_are_reminded_of_the_day_once(cast: Cast, now: datetime) -> None:
    content = {**changed(AGREEMENT), "review_on": "2026-12-01"}
    draft = documents.start_draft(AGREEMENT, actor=cast.ana, now=now, content=content)
    document = documents.propose(AGREEMENT, document_id=draft.pk, actor=cast.ana, now=now)
    sign(AGREEMENT, document, cast.ana, now)
    sign(AGREEMENT, document, cast.max, now)
    before = datetime.fromisoformat("2026-11-30T22:59:59+00:00")  # a second before, in Berlin
    remind_of_review(AGREEMENT, now=before)
    assert not Message.objects.filter(kind=KIND).exists()
    for later in range(3):
        remind_of_review(AGREEMENT, now=before + timedelta(seconds=1 + 60 * later))
    told = Message.objects.filter(kind=KIND).select_related("recipient")
    assert {one.recipient.username for one in told} == {"ana", "max"}
    assert told.count() == 2
    letter = letter_of([told[0]])
    assert letter is not None
    assert letter.subject == "Time to review the agreement"
    assert "again on 1 December 2026" in letter.body and "/agreement/" in letter.body
    confirm(AGREEMENT, cast.ana, before + DAY, review_on=date(2027, 3, 1))
    confirm(AGREEMENT, cast.max, before + DAY)
    remind_of_review(AGREEMENT, now=before + 2 * DAY)
    assert told.count() == 2
    remind_of_review(AGREEMENT, now=before + 100 * DAY)
    assert told.all().count() == 4


def test_clocks_are_told_of_the_new_agreement(cast: Cast, now: datetime) -> None:
    document = proposed(AGREEMENT, cast, now)
    sign(AGREEMENT, document, cast.ana, now)
    sign(AGREEMENT, document, cast.max, now)
    active = active_agreement()
    assert active is not None
    assert (active.version_id, active.agreement.hops) == (document.pk, 5)


def at_once(*acts: Callable[[], object]) -> list[str]:
    """The acts in a thread each, begun together; the codes of those that were refused."""
    gate, refused = Barrier(len(acts)), []

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            act()
        except DomainError as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return refused


@pytest.mark.django_db(transaction=True)
def test_of_a_signature_and_a_withdrawal_at_once_one_comes_first(cast: Cast, now: datetime) -> None:
    document = proposed(AGREEMENT, cast, now)
    sign(AGREEMENT, document, cast.ana, now)
    refused = at_once(
        lambda: sign(AGREEMENT, document, cast.max, now),
        lambda: documents.withdraw(AGREEMENT, document_id=document.pk, actor=cast.ana),
    )
    document.refresh_from_db()
    assert refused == ["not_allowed"]
    assert document.state in ("active", "draft")


@pytest.mark.django_db(transaction=True)
def test_two_who_draft_at_once_get_two_numbers(cast: Cast, now: datetime) -> None:
    refused = at_once(
        *(lambda: documents.start_draft(AGREEMENT, actor=cast.ana, now=now) for _ in range(4))
    )
    assert refused == []
    assert sorted(AGREEMENT.rows.values_list("version", flat=True)) == [1, 2, 3, 4, 5]


def told_to_sign(kind: Kind[Any]) -> list[str]:
    told = Message.objects.filter(kind=f"{kind.name}.proposed").order_by("recipient__username")
    return list(told.values_list("recipient__username", flat=True))


@EACH
def test_the_other_head_is_told_that_a_proposal_waits_for_their_signature(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    document = proposed(kind, cast, now)
    assert told_to_sign(kind) == ["max"]
    message = Message.objects.select_related("recipient").get(kind=f"{kind.name}.proposed")
    letter = letter_of([message])
    assert letter is not None
    assert f"The {kind.name} waits for your signature: version {document.version}" == letter.subject
    sign(kind, document, cast.ana, now)
    assert told_to_sign(kind) == ["max"]  # once
    signed = letter_of([message])
    assert signed is not None and f"{cast.ana} has signed it for marketing." in signed.body
    sign(kind, document, cast.max, now)
    assert letter_of([message]) is None


@EACH
def test_a_head_who_proposed_is_told_when_only_their_own_signature_is_missing(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    document = proposed(kind, cast, now)
    sign(kind, document, cast.max, now)
    assert told_to_sign(kind) == ["ana", "max"]


@EACH
def test_a_proposal_that_was_taken_back_and_laid_again_is_told_again(
    kind: Kind[Any], cast: Cast, now: datetime
) -> None:
    document = proposed(kind, cast, now)
    documents.withdraw(kind, document_id=document.pk, actor=cast.ana)
    message = Message.objects.select_related("recipient").get(kind=f"{kind.name}.proposed")
    assert letter_of([message]) is None
    documents.propose(kind, document_id=document.pk, actor=cast.ana, now=now + DAY)
    assert told_to_sign(kind) == ["max", "max"]

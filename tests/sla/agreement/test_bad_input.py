"""What no agreement may say is refused when it is saved, with the cure, and nothing is written."""

from copy import deepcopy
from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.people.models import Role, User
from sla.agreement.models import AgreementVersion
from tests.api import Api, assert_problem

pytestmark = pytest.mark.django_db

NOBODY = [{"steps": [{"do": "remind"}]}]
EMPTY: list[dict[str, object]] = [{"steps": []}]


@pytest.mark.parametrize(
    ("changed", "code", "cure"),
    [
        ({"defaults": {"accept": {"amount": "0h"}}}, "invalid_amount", "use 1 to"),
        ({"defaults": {"accept": {"amount": "3650cd"}}}, "invalid_amount", "use 1 to 730"),
        ({"defaults": {"accept": {"amount": "10y"}}}, "invalid_amount", "the unit is one of"),
        ({"defaults": {"accept": {"amount": "2d"}}}, "invalid_amount", "2bd for business days"),
        ({"ladder": NOBODY}, "invalid_agreement", "names nobody"),
        ({"ladder": EMPTY}, "invalid_agreement", ""),
    ],
)
def test_a_head_who_drafts_nonsense_is_told_the_cure(
    cast: Cast, now: datetime, changed: dict[str, Any], code: str, cure: str
) -> None:
    content: Any = deepcopy(AgreementVersion.objects.get(state="active").content)
    content.update(changed)
    answer = Api(cast.ana, now).post("agreements/", {"content": content})
    assert (answer.status_code, answer.json()["code"]) == (400, code), answer.json()
    assert cure in answer.json()["detail"]
    assert AgreementVersion.objects.count() == 1


@pytest.mark.parametrize(("head", "side"), [("max", "sales"), ("ana", "marketing")])
def test_nothing_is_proposed_that_one_side_could_not_sign(
    cast: Cast, now: datetime, head: str, side: str
) -> None:
    content: Any = deepcopy(AgreementVersion.objects.get(state="active").content)
    olu = Api(cast.olu, now)
    draft = olu.post("agreements/", {"content": {**content, "hops": 5}}).json()
    User.objects.filter(username=head).update(role=Role.SELLER)
    problem = assert_problem(olu.post(f"agreements/{draft['id']}/propose/"), 409, "no_signer")
    assert f"Give somebody the role “Head of {side}” first." in problem["detail"]
    assert AgreementVersion.objects.get(pk=draft["id"]).state == "draft"

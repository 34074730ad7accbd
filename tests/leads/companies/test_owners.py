"""Companies are kept by managers, and a lead's company has the owner that people said."""

from datetime import datetime
from typing import Any

import pytest

from leadbridge.demo.organisation import Cast
from leadbridge.kernel.errors import DomainError
from leads.companies.actions import save_company
from leads.companies.models import Company, CompanyDomain
from leads.handoff.accounts import owner_of_company, owners_of_companies
from tests.api import Api, assert_problem
from tests.leads.handoff.scenes import captured, submitted, won, working
from tests.pages import Browser
from tests.query_counts import recorded


def kept(cast: Cast, now: datetime, **given: Any) -> Company:
    usual: dict[str, Any] = {
        "name": "Brandt GmbH",
        "domains": ["brandt.example"],
        "owner": cast.dora,
    }
    return save_company(**{"actor": cast.max, "now": now, **usual, **given})


def test_a_company_is_known_by_its_domain_then_by_its_very_name(cast: Cast, now: datetime) -> None:
    kept(cast, now)
    kept(cast, now, name="Other AG", domains=["other.example"], owner=cast.sam)
    leads = [
        captured(cast, now, email="a@brandt.example", company="Something else"),
        captured(cast, now, email="b@gmail.com", company="brandt ag"),
        captured(cast, now, email="c@other.example", company="Brandt GmbH"),
        captured(cast, now, email="d@gmail.com", company="Brandtt GmbH"),
        captured(cast, now, email="", company="Brandt"),
    ]
    found = owners_of_companies(leads)
    owners = [found[one.pk].user_id if one.pk in found else None for one in leads]
    assert owners == [cast.dora.pk, cast.dora.pk, cast.sam.pk, None, cast.dora.pk]
    assert found[leads[0].pk].because == "Looks after Brandt GmbH, known by its domain."


def test_who_works_with_a_company_already_looks_after_it(cast: Cast, now: datetime) -> None:
    lead = captured(cast, now, email="new@brandt.example")
    assert owner_of_company(lead) is None
    submitted(cast, now, email="waits@brandt.example")
    assert owner_of_company(lead) is None
    theirs = working(cast, now, email="old@brandt.example")
    found = owner_of_company(lead)
    assert found is not None
    assert (found.user_id, theirs.ref in found.because) == (theirs.holder_id, True)
    assert owner_of_company(theirs) is None
    working(cast, now, email="x@gmail.com")
    assert owner_of_company(captured(cast, now, email="y@gmail.com")) is None


def test_a_company_that_is_kept_for_nobody_has_no_owner(cast: Cast, now: datetime) -> None:
    won(cast, now, email="old@brandt.example")
    lead = captured(cast, now, email="new@brandt.example")
    assert owner_of_company(lead) is not None
    kept(cast, now, owner=None)
    assert owner_of_company(lead) is None


def test_many_leads_cost_what_one_costs(
    cast: Cast, now: datetime, django_assert_num_queries: Any
) -> None:
    kept(cast, now)
    leads = [captured(cast, now, email=f"{n}@other{n}.example") for n in range(5)]
    with django_assert_num_queries(3):
        owners_of_companies(leads)


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"name": "BRANDT & Co", "domains": []}, "name", "already_exists"),
        ({"name": "New", "domains": ["info@brandt.example"]}, "domains", "already_exists"),
        ({"name": "New", "domains": ["gmail.com"]}, "domains", "invalid"),
        ({"name": "New", "domains": ["no domain"]}, "domains", "invalid"),
        ({"name": "..", "domains": []}, "name", "invalid"),
    ],
)
def test_what_another_company_has_is_not_given_twice(
    cast: Cast, now: datetime, given: dict[str, Any], field: str, code: str
) -> None:
    first = kept(cast, now)
    with pytest.raises(DomainError) as refusal:
        kept(cast, now, **given)
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert (Company.objects.get(), CompanyDomain.objects.count()) == (first, 1)


@pytest.mark.parametrize("who", ["sam", "mia", "nora"])
def test_whoever_leads_nobody_keeps_no_companies(cast: Cast, now: datetime, who: str) -> None:
    person = getattr(cast, who)
    with pytest.raises(DomainError) as refusal:
        kept(cast, now, actor=person)
    assert refusal.value.status == 403
    Browser(person, now).get("/companies/new/", 403)
    assert_problem(Api(person, now).post("companies/", {"name": "X"}), 403, "forbidden")
    assert not Company.objects.exists()


def test_only_sales_looks_after_companies(cast: Cast, now: datetime) -> None:
    with pytest.raises(DomainError) as refusal:
        kept(cast, now, owner=cast.mia)
    assert refusal.value.field == "owner"


def test_a_manager_keeps_a_company_on_its_page(cast: Cast, now: datetime) -> None:
    lena = Browser(cast.lena, now)
    assert "No companies yet." in lena.get("/companies/")
    typed = {"name": "Brandt GmbH", "domains": "brandt.example\nwww.brandt.de, brandt.at"}
    lena.post("/companies/new/", **typed, owner=str(cast.nora.pk))
    company = Company.objects.get()
    assert [one.domain for one in company.domains.all()] == [
        "brandt.at", "brandt.de", "brandt.example",
    ]  # fmt: skip
    page = lena.get("/companies/?q=BRANDT.DE")
    assert "Nora Reyes" in page
    assert "already" in lena.post("/companies/new/", 422, name="Brandt", domains="")
    lena.post(f"/companies/{company.pk}/", name="Brandt AG", domains="brandt.de", owner="")
    company.refresh_from_db()
    assert (company.owner, company.domains.count()) == (None, 1)
    assert "No company found." in lena.get("/companies/?q=zebra")
    with recorded("companies"):
        lena.get("/companies/")


def test_a_program_keeps_companies(cast: Cast, now: datetime) -> None:
    api = Api(cast.max, now)
    body = {"name": "Brandt", "domains": ["brandt.example"], "owner": "sam"}
    made = api.post("companies/", body, key="k")
    assert made.status_code == 201, made.content
    assert api.post("companies/", body, key="k").json() == made.json()
    assert api.get("companies/", q="brandt.ex").json()["results"] == [made.json()]
    assert_problem(api.post("companies/", {**body, "owner": "zz"}), 400, "invalid", "owner")
    assert_problem(api.post("companies/", body), 409, "already_exists", "name")
    assert_problem(api.get("companies/99999/"), 404, "not_found")

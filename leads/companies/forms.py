"""A company as a form."""

from datetime import datetime
from typing import Any

from django import forms

from leadbridge.kernel.forms import PlainForm
from leadbridge.people.models import Role, User
from leads.companies.actions import LONGEST_NAME, save_company
from leads.companies.models import Company


class CompanyForm(PlainForm):
    """One company, new or kept."""

    name = forms.CharField(label="Name", max_length=LONGEST_NAME)
    domains = forms.CharField(
        label="Domains", required=False, max_length=5000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        help_text="One a line, as in brandt.example. Who writes from there is of this company.",
    )  # fmt: skip
    owner = forms.ModelChoiceField(
        label="Who looks after it", queryset=User.objects.none(), required=False,
        empty_label="Nobody", help_text="Gets its leads first, where routing is set so.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, company: Company | None = None) -> None:
        known: dict[str, object] = {}
        if company is not None:
            domains = "\n".join(one.domain for one in company.domains.all())
            known = {"name": company.name, "domains": domains, "owner": company.owner}
        super().__init__(data, initial=known)
        self.company = company
        people = self.fields["owner"]
        assert isinstance(people, forms.ModelChoiceField), "declared above"
        sellers = User.objects.filter(is_active=True, role__in=(Role.SELLER, Role.SALES_HEAD))
        people.queryset = sellers.order_by("first_name", "last_name", "pk")

    def save(self, *, actor: User, now: datetime) -> Company:
        """Keep it."""
        told = self.cleaned_data
        return save_company(
            actor=actor,
            now=now,
            name=told["name"],
            domains=told["domains"].replace(",", " ").split(),
            owner=told["owner"],
            company_id=self.company.pk if self.company else None,
        )

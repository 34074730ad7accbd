"""Companies that are looked after. Which leads are of one company follows from their addresses and
words (`words.py`), so no lead points here; a row says what nothing else can: who looks after it.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from leadbridge.people.models import User


class Company(models.Model):
    """A company with its owner. `name_key`: the name as it is compared, see `words`."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, unique=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="companies")
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        ordering: ClassVar[list[str]] = ["name_key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="leads_company_named", condition=~Q(name_key="")),
        ]

    def __str__(self) -> str:
        return self.name


class CompanyDomain(models.Model):
    """A domain that belongs to one company and to no other."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="domains")
    domain = models.CharField(max_length=253, unique=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["domain"]

    def __str__(self) -> str:
        return self.domain

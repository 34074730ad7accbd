"""Somebody who showed interest, once or again. Known to others by `handoff.models`."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower


class Person(models.Model):
    """Somebody who showed interest. Each return is a new lead (episode) of the same person."""

    email = models.CharField(max_length=254, blank=True)
    # Null where no address is known: the index would take two blanks for the same person.
    email_key = models.CharField(max_length=254, null=True)  # noqa: DJ001
    phone = models.CharField(max_length=40, blank=True)
    phone_key = models.CharField(max_length=20, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Not `unique` of the field, which would bring an index for LIKE with it.
            models.UniqueConstraint(name="leads_person_one_per_email", fields=["email_key"]),
            models.CheckConstraint(
                name="leads_person_reachable",
                condition=~Q(email="") | ~Q(phone="") | Q(erased_at__isnull=False),
            ),
        ]

        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                name="leads_person_by_phone", fields=["phone_key"], condition=~Q(phone_key="")
            ),
            models.Index(
                Lower("last_name"),
                Lower("first_name"),
                name="leads_person_by_name",
                condition=~Q(first_name="") & ~Q(last_name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email or self.phone or "Somebody"

    @property
    def full_name(self) -> str:
        """First and last name, as far as they are known."""
        return f"{self.first_name} {self.last_name}".strip()

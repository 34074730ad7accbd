"""Hosted forms, and the words of consent that each of them has shown."""

from typing import ClassVar

from django.db import models

from leadbridge.people.models import User
from leads.intake.webforms.tongues import TONGUES


class Form(models.Model):
    """A form at /f/<slug>/ for visitors; its marketer answers for the leads it brings.

    `fields`: what is asked, as `webforms.questions` reads it; empty means the usual. `origins`: the
    sites that may show it as their own. `work`: browsers have to prove that they worked.
    """

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    thanks = models.TextField(blank=True)
    thanks_url = models.CharField(max_length=500, blank=True)
    marketer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="forms")
    source = models.CharField(max_length=100)
    campaign = models.CharField(max_length=100, blank=True)
    consent_text = models.TextField(blank=True)
    language = models.CharField(
        max_length=2, choices=[(key, tongue.name) for key, tongue in TONGUES.items()], default="en"
    )
    fields = models.JSONField(default=list)
    origins = models.JSONField(default=list)
    work = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title"]

    def __str__(self) -> str:
        return self.title


class ConsentWords(models.Model):
    """One version of what a form asks people to agree to. Versions are added, never changed; a lead
    keeps the words and their hash (`Consent.version`)."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="consents")
    number = models.PositiveIntegerField()
    text = models.TextField()
    version = models.CharField(max_length=64, help_text="The hash of the text.")
    since = models.DateTimeField()
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        ordering: ClassVar[list[str]] = ["form", "number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(name="leads_consent_words_order", fields=["form", "number"]),
        ]

    def __str__(self) -> str:
        return f"Consent {self.number} of {self.form_id}"

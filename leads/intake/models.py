"""Hosted forms."""

from typing import ClassVar

from django.db import models

from leadbridge.people.models import User


class Form(models.Model):
    """A form at /f/<slug>/ for visitors; its marketer answers for the leads it brings."""

    slug = models.SlugField(max_length=60, unique=True)
    title = models.CharField(max_length=120)
    intro = models.TextField(blank=True)
    thanks = models.TextField(blank=True)
    marketer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="forms")
    source = models.CharField(max_length=100)
    campaign = models.CharField(max_length=100, blank=True)
    consent_text = models.TextField()
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["title"]

    def __str__(self) -> str:
        return self.title

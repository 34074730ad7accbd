"""What a person agreed to."""

from django.db import models

from leads.handoff.models import Lead


class Consent(models.Model):
    """The words a person agreed to, when, and on which form: kept as they were shown."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="consents")
    text = models.TextField()
    version = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    given = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"Consent of L-{self.lead_id}"

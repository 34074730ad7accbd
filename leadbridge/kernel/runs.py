"""What is asked of a worker, as a row: who asked, where it stands, when it began and ended."""

from django.conf import settings
from django.db import models


class AskedFor(models.Model):
    """When something was asked for, and when a worker did it; `error` is why it did not."""

    error = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Run(AskedFor):
    """Something to be reckoned. `share` is how much of it is done, in percent."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    OPEN = (State.WAITING, State.RUNNING)

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    share = models.PositiveSmallIntegerField(default=0, help_text="How much is done, in percent.")
    result = models.JSONField(default=dict)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        """Is it still to be done?"""
        return self.state in self.OPEN

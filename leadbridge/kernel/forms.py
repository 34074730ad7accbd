"""Forms whose refusals come out of the domain."""

from collections.abc import Callable
from typing import TypeVar

from django import forms

from leadbridge.kernel.errors import DomainError, FieldErrors

Kept = TypeVar("Kept")


class PlainForm(forms.Form):
    """A form that shows a refusal of the domain at the field it speaks of, or above all of them."""

    def take_error(self, error: DomainError) -> None:
        """Show it where it belongs."""
        known = {error.field: [error.message]}
        for name, words in (error.errors if isinstance(error, FieldErrors) else known).items():
            self.add_error(name if name in self.fields else None, words)


def keep(form: PlainForm, save: Callable[[], Kept]) -> Kept | None:
    """What was kept of a form that was sent; None where nothing was sent, or something is wrong,
    which the form then shows. What one may not do, or not know about, is a page of its own."""
    if not form.is_valid():
        return None
    try:
        return save()
    except DomainError as error:
        if error.status in (403, 404):
            raise
        form.take_error(error)
        return None

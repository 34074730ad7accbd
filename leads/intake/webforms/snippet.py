"""The HTML that shows a form on another site: a plain form that works by itself, and one small
script that keeps the visitor on the page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.conf import settings
from django.forms import BoundField
from django.utils.html import escape

from leadbridge.kernel.hashing import content_hash
from leads.intake.guard import TRAP
from leads.intake.models import Form

if TYPE_CHECKING:
    from leads.intake.hosted.forms import VisitorForm


def snippet_of(form: Form, shown: VisitorForm) -> str:
    """To be pasted as it is."""
    trap = f'<input name="{TRAP}" tabindex="-1" autocomplete="off">'
    action = f"{settings.SITE_URL}/f/{form.slug}/"
    lines = [
        f'<form data-leadbridge method="post" action="{escape(action)}" lang="{form.language}">',
        *_inputs(shown),
        f"  <p hidden><label>{escape(shown.tongue.empty)} {trap}</label></p>",
        *_consent(form),
        f"  <p><button>{escape(shown.tongue.send)}</button></p>",
        "</form>",
        f'<script type="module" src="{escape(settings.SITE_URL)}/f/embed.js"></script>',
    ]
    return "\n".join(lines)


def _inputs(shown: VisitorForm) -> Iterable[str]:
    for field in shown:
        if field.name == "consent" or field.is_hidden:
            continue
        yield f"  <p><label>{escape(str(field.label))}<br>{_input(field)}</label></p>"


def _input(field: BoundField) -> str:
    return str(field.as_widget(attrs={"id": f"lb_{field.name}"}))


def _consent(form: Form) -> list[str]:
    """With its version, so that what stands on the page is what a lead is said to have read."""
    if not form.consent_text:
        return []
    version = content_hash(form.consent_text)
    box = '<input type="checkbox" name="consent" required>'
    return [
        f"  <p><label>{box} {escape(form.consent_text)}</label></p>",
        f'  <input type="hidden" name="consent_version" value="{version}">',
    ]

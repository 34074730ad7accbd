"""Markup for lists in which a template would spend its time on looking up names. Pure."""

from html import escape

from django.utils.safestring import SafeString


def fill(markup: str, *words: object) -> SafeString:
    """Like Django's `format_html` at a quarter of its cost: what is not marked safe is escaped.

    `markup` is a constant of ours, with `{}` for each word.
    """
    return SafeString(
        markup.format(*(word if type(word) is SafeString else escape(str(word)) for word in words))
    )

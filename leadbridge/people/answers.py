"""What we keep of answers to programs, and how it is forgotten."""

from collections.abc import Collection

from leadbridge.people.models import IdempotentAnswer


def forget_answers(*, refs: Collection[str]) -> int:
    """Blank the kept answers that tell of these leads, because a person asked to be forgotten.

    The key stays taken, so that a program that repeats itself does not bring the person back.
    """
    told = IdempotentAnswer.objects.filter(body__ref__in=list(refs))
    return told.update(body={"stage": "erased"})

"""The Kaplan-Meier estimate out of sorted seconds. Pure.

Each second at which something ended lowers the share that still waits by ended ÷ at risk; a
quantile is the first second at which that share is down to a half (or a tenth). Between two that
left without an end the share falls evenly with each end, so that the end which crosses the line is
found without going through those before it.
"""

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil

_ROUNDED = 1 + 1e-9  # makes up for what products of fractions round


def reached(ends: Sequence[int], left: Sequence[int], share: float) -> int | None:
    """The first second at which at most `share` still wait; None where more do to the last. `ends`
    ended by what they were for, `left` were seen waiting for so long; both in order."""
    line, waiting, risk, done = share * _ROUNDED, 1.0, len(ends) + len(left), 0
    for upto in (*(bisect_right(ends, second) for second in left), len(ends)):
        within = upto - done
        if within:
            needed = max(ceil(risk * (1 - line / waiting)), 1)
            if needed <= within:
                return ends[done + needed - 1]
            waiting *= (risk - within) / risk
            risk, done = risk - within, upto
        risk -= 1
    return None

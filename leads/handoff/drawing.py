"""The cells of a row of the inbox, drawn in Python.

Fifty rows are the cost of that page, and a template would spend most of its time on looking up
twenty names in each. Everything else is a template.
"""

from functools import lru_cache

from django.utils.safestring import SafeString

from leadbridge.kernel.markup import fill
from leads.handoff.stages import Action

CELLS = """
<td><a class="name" href="{}"><bdi>{}</bdi></a><span class="who">{}</span>{}</td>
<td class="why hide-s"><span class="tag {}">{}</span> <small>{}</small></td>
<td class="hide-m small muted">{}</td>
<td class="num worth hide-s">{}</td>
<td class="actions">{}</td>
"""
TAG = '<span class="tag">{}</span>'
PAUSE = '<span class="tag">{}</span><span class="who">{}</span>'
ACCEPT = (
    '<button class="btn primary" form="decide" formaction="URLaccept/" hx-post="URLaccept/" '
    'data-key="a">Accept <kbd>A</kbd></button>'
)
REJECT = (
    '<a class="btn" href="URLreject/" hx-get="URLreject/" hx-target="#dialog" '
    'hx-swap="innerHTML" data-key="r">Reject <kbd>R</kbd></a>'
)
TOUCH = (
    '<a class="btn primary" href="URLtouch/" hx-get="URLtouch/" hx-target="#dialog" '
    'hx-swap="innerHTML" data-key="f">Log follow-up <kbd>F</kbd></a>'
)
DEBRIEF = (
    '<a class="btn primary" href="URLdebrief/" hx-get="URLdebrief/" hx-target="#dialog" '
    'hx-swap="innerHTML">Debrief</a>'
)


def draw_cells(
    *,
    url: str,
    company: str,
    who: str,
    holder: str,
    pause: tuple[str, str],
    relief: str,
    tag: str,
    tone: str,
    why: str,
    source: str,
    value: str,
    buttons: frozenset[Action],
) -> SafeString:
    """Who it is, why it qualifies, whence it came, what it is worth, and what one may do.

    `url` is ours and ends in a slash; everything else is escaped.
    """
    tags = [fill(TAG, holder)] if holder else []
    tags += [fill(PAUSE, *pause)] if pause[0] else []
    tags += [fill(TAG, relief)] if relief else []
    holding = SafeString(" ".join(tags))
    offered = SafeString(_buttons(buttons).replace("URL", url))
    return fill(CELLS, url, company, who, holding, tone, tag, why, source, value, offered)


@lru_cache(maxsize=8)
def _buttons(allowed: frozenset[Action]) -> str:
    """A lead that may be rejected was never contacted: accepting comes before a follow-up."""
    if Action.DEBRIEF in allowed:
        return DEBRIEF
    parts = [ACCEPT] if Action.ACCEPT in allowed else []
    if Action.REJECT in allowed:
        parts.append(REJECT)
    elif Action.TOUCH in allowed:
        parts.append(TOUCH)
    return "".join(parts)

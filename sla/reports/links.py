"""Addresses of the lists behind figures."""

from urllib.parse import urlencode

from sla.reports.asking import Asked
from sla.reports.handovers.parts import OF_SUBMISSION
from sla.reports.hole_parts import OF_NOW
from sla.reports.slices import Part

READOUT = "readout"
_PERIOD = ("days", "from", "to")


def list_url(asked: Asked, part: Part, **changes: str) -> str:
    """The list whose length is the figure `part` of what was asked; `changes` narrow it further."""
    params = {**dict(asked.params), "part": part.value, **changes}
    dropped = set(_PERIOD) if part in OF_NOW else set()
    if part in OF_SUBMISSION:
        dropped |= {"kind", "side"}
    path = "/sla/clocks/"
    if params.get("kind") == READOUT:  # of campaigns: no clock stands behind it
        path, dropped = "/sla/readouts/", {"kind", "side"}
    kept = {name: value for name, value in params.items() if value and name not in dropped}
    return f"{path}?{urlencode(kept)}"


def page_url(asked: Asked, path: str, **changes: str) -> str:
    """The same figures on a page with some parameters changed; a blank leaves one out. A period
    takes the place of the one before."""
    params = dict(asked.params)
    if any(name in changes for name in _PERIOD):
        params = {name: value for name, value in params.items() if name not in _PERIOD}
    params |= changes
    kept = {name: value for name, value in params.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path

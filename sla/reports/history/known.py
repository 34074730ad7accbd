"""Headers that need no mapping file: what a work-queue log of handed-over cases is called."""

from sla.reports.history.mapping import Mapping, read_mapping

HEADER = (
    "case_id", "handed_off_at", "accepted_at", "accepted_by", "followed_up_at", "outcome",
    "outcome_at",
)  # fmt: skip

_MAPPING = """
zone = "Europe/Amsterdam"
[fields]
external_id = "case_id"
captured_at = "submitted_at"
handed_off_at = "handed_off_at"
accepted_at = "accepted_at"
followed_up_at = "followed_up_at"
outcome_at = "outcome_at"
holder = { column = "accepted_by", blank = "automatic" }
value = "amount_requested"
source = { constant = "history" }
[fields.outcome]
column = "outcome"
values = { won = "won", lost_declined = "lost", lost_cancelled = "lost", open = "", "" = "" }
[calendar]
timezone = "Europe/Amsterdam"
[calendar.weekly]
mon = [["09:00", "17:00"]]
tue = [["09:00", "17:00"]]
wed = [["09:00", "17:00"]]
thu = [["09:00", "17:00"]]
fri = [["09:00", "17:00"]]
[targets]
accept = "60m"
first_touch = "8h"
"""


def known_mapping(header: list[str]) -> Mapping | None:
    """The mapping of a header that is known, without what it may leave out; None for others."""
    if not set(HEADER) <= set(header):
        return None
    mapping = read_mapping(_MAPPING)
    return mapping.without(mapping.missing_in(header))

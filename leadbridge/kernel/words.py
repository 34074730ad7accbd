"""Time in words a person would say, and the face of a clock. Pure.

`static/js/clock.js` says the same words in the browser; `tests/kernel/words_cases.json` is the
table that both are tested with.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from leadbridge.kernel.deadline import Pressure, pressure_of

# Names are written out because `strftime` follows the locale of the process.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

MINUTE, HOUR, DAY = 60, 3600, 86400
# Further away than this, the day and the hour say more than a count through the night.
COUNT_WITHIN = 12 * HOUR
# The weekday alone is clear for six days; the seventh bears today's name.
WEEKDAY_WITHIN = 6

AT_RISK_SHARE = 0.75  # where an agreement says nothing else
TONES = {Pressure.ON_TRACK: "ok", Pressure.AT_RISK: "risk", Pressure.OVERDUE: "late"}


def duration_words(seconds: float) -> str:
    """A length of time, cut off (never rounded up): "45 s", "14 min", "2 h 09", "1 d 3 h", "9 d".

    A day is 24 hours here. A negative length counts as nothing: "0 s".
    """
    whole = max(0, int(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE:02d}"
    days, hours = whole // DAY, whole % DAY // HOUR
    return f"{days} d {hours} h" if hours and days < 7 else f"{days} d"


def seconds_between(first: datetime, second: datetime) -> float:
    """Elapsed seconds. Two times of one zone would be subtracted on its wall clock."""
    return second.timestamp() - first.timestamp()


def due_words(due: datetime, now: datetime) -> str:
    """Day and hour on the wall clock of the zone that `due` bears: "Tue 09:40", "12 May 09:40"."""
    today = now.astimezone(due.tzinfo).date()
    days = (due.date() - today).days
    if 0 <= days <= WEEKDAY_WITHIN:
        return f"{WEEKDAYS[due.weekday()]} {due:%H:%M}"
    date = f"{due.day} {MONTHS[due.month - 1]}"
    return f"{date} {due:%H:%M}" if due.year == today.year else f"{date} {due.year}"


def countdown(due: datetime, now: datetime) -> str:
    """What a clock says: "14 min left", "due now", "25 min late", or "due Tue 09:40" when far.

    `due` bears the zone of the person who reads, `now` any zone.
    """
    left = seconds_between(now, due)
    if abs(left) < 1:
        return "due now"
    if left < 0:
        return f"{duration_words(-left)} late"
    if left <= COUNT_WITHIN:
        return f"{duration_words(left)} left"
    return f"due {due_words(due, now)}"


@dataclass(frozen=True, slots=True)
class ClockFace:
    """What `components/clock.html` draws. Instants are ISO 8601; a still clock has none."""

    tone: str  # ok, risk, late, or still
    words: str
    spent: int  # share of the target that is used, in percent
    label: str = ""
    due: str = ""
    risk: str = ""
    start: str = ""


def running_face(
    *,
    start: datetime,
    risk: datetime,
    due: datetime,
    now: datetime,
    label: str = "",
    spent: float | None = None,
) -> ClockFace:
    """The face of a running clock; `due` bears the reader's zone.

    `spent` is the share (0 to 1) of the target used in working time, where the caller knows it;
    without it, what the three instants tell: three quarters at the instant of risk, all at due.
    """
    if spent is None:
        spent = _share(start, risk, due, now)
    pressure = pressure_of(
        at_risk_at=risk.astimezone(UTC), due_at=due.astimezone(UTC), now=now.astimezone(UTC)
    )
    share = 1.0 if pressure is Pressure.OVERDUE else min(1.0, max(0.0, spent))
    return ClockFace(
        tone=TONES[pressure],
        words=countdown(due, now),
        spent=int(share * 100),
        label=label,
        due=due.isoformat(),
        risk=risk.isoformat(),
        start=start.isoformat(),
    )


def _share(start: datetime, risk: datetime, due: datetime, now: datetime) -> float:
    """The share spent, by wall time on either side of the instant of risk, which nights and
    weekends have moved to where it belongs."""
    before = seconds_between(start, risk)
    if now < risk:
        return AT_RISK_SHARE * seconds_between(start, now) / before if before > 0 else 0.0
    whole = seconds_between(risk, due)
    gone = seconds_between(risk, now) / whole if whole > 0 else 1.0
    return AT_RISK_SHARE + (1 - AT_RISK_SHARE) * gone


def still_face(words: str, *, tone: str = "still", spent: float = 0, label: str = "") -> ClockFace:
    """The face of a clock that does not run: "met in 1 h 12", "paused until Tue 09:40"."""
    return ClockFace(tone=tone, words=words, spent=int(spent * 100), label=label)

"""Shares that cannot flatter: n is told with each; below 10 there are counts only, below 30 the
range in which the true share lies."""

from dataclasses import dataclass
from math import sqrt

LEAST_FOR_SHARE = 10
LEAST_WITHOUT_RANGE = 30
_Z = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share (E. B. Wilson, 1927), in percent."""
    share, square = part / whole, _Z * _Z
    centre = share + square / (2 * whole)
    spread = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    all_of_it = 1 + square / whole
    return 100 * max(0.0, (centre - spread) / all_of_it), 100 * min(
        1.0, (centre + spread) / all_of_it
    )


@dataclass(frozen=True)
class Share:
    """So many of n."""

    part: int
    n: int

    @property
    def percent(self) -> float | None:
        """None where n is too small to speak of a share."""
        return 100 * self.part / self.n if self.n >= LEAST_FOR_SHARE else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true share lies with 95 %, for ten to twenty-nine."""
        if not LEAST_FOR_SHARE <= self.n < LEAST_WITHOUT_RANGE:
            return None
        return wilson(self.part, self.n)

    def words(self) -> str:
        """ "62.5 % (38 to 82)", or counts where a share would say nothing: "3 of 4"."""
        if self.percent is None:
            return f"{self.part} of {self.n}" if self.n else "–"
        if self.interval is None:
            return f"{self.percent:.1f} %"
        low, high = self.interval
        return f"{self.percent:.1f} % ({low:.0f} to {high:.0f})"

"""What both heads expect of a definition, so that it can be seen to do something else. Pure."""

from dataclasses import dataclass

from leadbridge.kernel.reading import Reader

_PARTS = ("accepted", "opportunity")


@dataclass(frozen=True, slots=True)
class Expected:
    """Shares in whole percent, None where nothing was agreed: of the decided leads those that
    sales accepts, and of the accepted ones those that become an opportunity."""

    accepted: int | None = None
    opportunity: int | None = None

    def content(self) -> dict[str, object]:
        """The parts that were agreed, as JSON."""
        parts = {"accepted": self.accepted, "opportunity": self.opportunity}
        return {name: share for name, share in parts.items() if share is not None}

    def words(self) -> str:
        """ "sales to accept 85 %, and 30 % of those to become opportunities"; blank for nothing."""
        told = []
        if self.accepted is not None:
            told.append(f"sales to accept {self.accepted}\u00a0%")
        if self.opportunity is not None:
            told.append(f"{self.opportunity}\u00a0% of the accepted to become opportunities")
        return ", and ".join(told)


NOTHING = Expected()


def read_expected(reader: Reader, raw: object) -> Expected:
    """What was agreed, in JSON."""
    body = reader.mapping(raw, "expected", keys=_PARTS)
    shares = {
        name: reader.whole(told, f"expected, {name}", low=1, high=100)
        for name, told in body.items()
        if told is not None
    }
    return Expected(**shares)

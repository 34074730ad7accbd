"""A row that cannot be taken, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refused(Exception):
    """What is wrong with a row: where, and what to do about it."""

    field: str
    cure: str

    def __str__(self) -> str:
        return f"{self.field}: {self.cure}" if self.field else self.cure

"""Somebody's browser, at the instant of the test."""

from tests.leads.handoff.conftest import at_now, signed_in

__all__ = ["at_now", "signed_in"]

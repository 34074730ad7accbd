"""The browser of the handoff's tests."""

from tests.leads.handoff.conftest import at_now, signed_in

__all__ = ["at_now", "signed_in"]

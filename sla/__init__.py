"""Time and promises: business hours, the agreement, the clocks on leads and the figures of both."""

"""Pages and API of the rules that place leads: writing, trying, publishing them, and going back.

Above the handoff, because rules are tried on leads; choosing itself is `leads.routing`."""

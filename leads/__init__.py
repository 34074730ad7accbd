"""The lead and its handoff: what it is, who should get it, who holds it, what was done with it."""

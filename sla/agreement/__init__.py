"""Who owes what by when: targets by clock kind, tier, source and team, and the signed versions.

Clocks ask it for a target; it knows neither clocks nor leads.
"""

"""The clocks on leads: what starts and stops them, when they are late, and who is told.

The engine runs inside a lead's change, the sweep by itself; nobody else writes a clock."""

"""What the clocks and events add up to: attainment, times, the ledger, somebody's past.

Reads only, except `history`, which lives past handoffs through. Every figure is counted over a
query set that `slices` builds, and the same query set is the list behind the figure.
"""

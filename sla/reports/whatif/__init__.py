"""What-if: the clocks of a past replayed under other targets and hours, nothing of them changed.

Whoever reads figures may ask; a worker replays. No other room imports from here.
"""

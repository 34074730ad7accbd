"""Marketing's handovers in figures: refusals by criterion, sources, and the pace of the month.

Reads only, over the lists of slices.py; the leads themselves in words are on `/handoffs/`.
"""

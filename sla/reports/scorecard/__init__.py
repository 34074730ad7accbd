"""The one scorecard of both teams: what each promised and kept, and what all of it came to.

Reads only. Promises are counted by attainment.py and the lists of slices.py; costs by the leads of
a campaign. Every figure has a list whose length it is.
"""

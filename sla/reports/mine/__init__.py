"""What one person's own promises came to, told to them first.

Figures are visible to their subject first; of colleagues only the median of the team is shown.
"""

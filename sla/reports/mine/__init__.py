"""What one person's own figures are: a seller's promises, and what became of a marketer's leads.

Figures are visible to their subject first; of colleagues only the median of the team is shown.
"""

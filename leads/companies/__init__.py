"""Companies that people keep: their domains, and who looks after them. At the bottom, beside the
definition: routing and the handoff ask it whose a lead's company is.
"""

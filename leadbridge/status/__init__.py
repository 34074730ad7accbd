"""How LeadBridge itself is doing: sweep, lateness of its own, mail, workers, what was set aside.

A page of the composition root, because it looks into every room."""

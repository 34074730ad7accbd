"""What a qualified lead is: criteria, the verdict on a lead, and the signed versions.

Anybody in leads may ask for a verdict; this room knows no lead, no route and no clock.
"""

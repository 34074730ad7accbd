"""Webhooks out: other programs that are told what happens, signed, at least once.

Triggers of the database write a delivery in the very transaction of what it tells, so that nothing
is told that was rolled back and nothing that happened goes untold; workers send them.
"""

"""Leads that may be of one person: found by a worker, answered by a person. What is certain joins
at the capture (`handoff.recognition`); nothing merges by itself.
"""

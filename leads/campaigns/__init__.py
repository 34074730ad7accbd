"""Campaigns: what marketing runs, what it costs, and which arrivals count for it. Above the
handoff, because it counts leads; below intake, which asks it what a lead counts for.
"""

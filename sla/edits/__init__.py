"""Editing calendars on pages and in the API, where an edit asks what becomes of running clocks.

It stands above `calendars`, which knows no clocks, and `clocks`, which does the work."""

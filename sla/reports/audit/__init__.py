"""The audit of somebody's past as a page: a file is read, judged and forgotten.

No other room imports from here.
"""

"""What outcomes teach both sides: disputes and their precedents, the coded reasons. Reads all other
rooms of leads; only pages, the API and figures read it.
"""

"""What outcomes teach both sides: disputes and their precedents, the coded reasons, drafts of the
definition tried on the past, and where sales disagrees with it. Reads all other rooms of leads.
"""

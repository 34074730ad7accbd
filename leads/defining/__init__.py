"""The pages and API of the definition: drafting, signing, trying it out, and own fields.

Above the handoff, because examples, figures and answers are of leads; nobody below knows it.
"""

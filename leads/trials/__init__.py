"""What outcomes teach: drafts of the definition tried on the past, and where both sides disagree
with it. Reads what all other rooms of leads wrote, and writes nothing of theirs."""

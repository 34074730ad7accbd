"""Who carries how much, beside what the rules of routing say that they take."""

"""A month that is lived through: people act at random while the clock is moved on in steps, and
an account that was reckoned by other means says which steps of which ladder had to happen."""

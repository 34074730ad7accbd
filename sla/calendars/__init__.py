"""Business time: when somebody works, and what a promise of working hours means as an instant.

`arithmetic` is pure and decides; `queries` says whose calendar counts."""

"""How a lead comes in: hosted forms, marketing's own entry, the API.

`cleaning` says what is acceptable; `actions.take_in` makes a lead of it."""

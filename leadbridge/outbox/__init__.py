"""Messages to the outside: written inside a transaction, claimed and delivered by workers.

Any room may write one through `actions.post`; only this room sends. A message is told apart by its
key, so the same thing is never said twice."""

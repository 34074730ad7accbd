"""People as both sides meet them: who is at work, away or gone, what they hold, and their leaving.

Reads people, leads and hours together; whatever it changes is changed by the room that owns it."""

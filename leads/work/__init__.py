"""What is done on the way of a lead: touches, questions and replies, rulings, debriefs.

Enter through `actions`, `questions`, `rulings` and `debriefs`; a stage is moved by the handoff."""

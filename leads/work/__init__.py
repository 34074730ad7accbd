"""What sellers do with a lead: the touches they log.

Enter through `actions`; the stage is moved by the handoff."""

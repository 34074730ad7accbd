"""Who should get a lead: ordered rules to a team, turns inside it, and the reasons for both.

Ask `actions.choose_holder`; nobody else moves a turn."""

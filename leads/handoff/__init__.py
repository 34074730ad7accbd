"""The lead, its stages, events and custody; the only writer of a stage.

Enter through `actions` to change a lead and through `queries` to read one."""

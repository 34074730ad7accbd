"""A believable organisation to try LeadBridge with; the tests use its people too.

`organisation` founds it, `history` gives it leads with a past."""

"""A believable organisation to try LeadBridge with; the tests use its people too.

`organisation` founds it, `history` gives it leads with a past."""

PASSWORD = "demo"  # noqa: S105 - shown on the sign-in page of a demo

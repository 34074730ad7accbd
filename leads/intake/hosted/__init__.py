"""The side of a web form that visitors meet: its page, its snippet on foreign sites, and what
becomes of what they send. Only `guard` and `views` know where a request came from."""

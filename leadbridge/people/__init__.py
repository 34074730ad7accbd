"""Who is who: users with a role, teams with a manager, API keys, and what each may see.

Any room may ask who somebody is; nobody but this room writes it."""

"""How fast, and how near to what PostgreSQL and Django can do at all.

`make bench` prints one figure a line, `name value unit`, and beside it the ratio to a limit that
was measured in the same run: the smallest honest program for the same work."""

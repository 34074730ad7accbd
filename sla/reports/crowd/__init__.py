"""By salesperson: what was given to each and how they kept their promises. The SLA page shows the
first of them, a page of its own has all."""

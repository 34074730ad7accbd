"""Figures of whole days, kept by workers so that pages stay quick over millions of clocks.

A day is kept once it is over. The database itself notes every hour in which something changed
afterwards (by triggers, in the transaction of the change), and a day with such a note is read from
the rows until a worker has counted it anew: so a roll-up never says anything else than the rows.
Ask `counting.counts_of` of what fell due, `handed.handed_in` of what was handed over and
`took.took_in` of how long it took; nobody else reads these tables. `checking` compares them with
the rows."""

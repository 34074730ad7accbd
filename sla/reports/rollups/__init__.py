"""Figures of whole days, kept by workers so that pages stay quick over millions of clocks.

A day is kept once it is over. The database itself notes every hour in which a kept promise changed
afterwards (`StaleHour`, by a trigger, in the transaction of the change), and a day with such a note
is read from the rows until a worker has counted it anew: so a roll-up never says anything else than
the rows. Ask `counting.counts_of`; nobody else reads these tables."""

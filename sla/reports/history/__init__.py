"""Somebody's past, judged by an agreement of today: past handoffs with their real instants.

`mapping` says which column is what, `table` reads the file, `pasts` makes a `Past` of a row,
`steps` says what happened in which order, `audit` judges it without a database, and `living`
lives it through with the very actions of today. See docs/history.md.
"""

"""Leads out of files: CSV and workbooks of any usual make.

`reading` and `workbook` find out how a file is written, `presets` and `mapping` say which column
is which field of ours, `rows` makes a packet of a row with the one cleaner, `staging` keeps the
rows as they came, and `running` takes them in, set-wise, in a worker or on the command line.
"""

"""The benchmarks: `make bench`, or `python -m bench`.

Each figure is a line `name value unit`; beside it stands its ratio to the smallest honest program,
measured in the same run."""

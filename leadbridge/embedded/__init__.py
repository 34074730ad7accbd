"""PostgreSQL and Redis out of wheels, for a machine that has nothing but Python.

Entered through `provide` by manage.py, the run command, the tests and the benchmarks only."""

from leadbridge.embedded.errors import EmbeddedError
from leadbridge.embedded.sharing import provide

__all__ = ["EmbeddedError", "provide"]

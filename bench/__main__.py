"""Runs all of them, in a database of its own that is gone afterwards."""

import os
import sys
from collections.abc import Iterable

from leadbridge.embedded import provide

Figure = tuple[str, float, str]


def main() -> None:
    """One figure a line, as soon as it is known."""
    provide()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    from bench.database import of_its_own

    with of_its_own():
        from bench import arithmetic, sweeping, web
        from bench.seeding import found, grow

        say(arithmetic.run())
        seed = found()
        for size, name in ((1_000, "1k"), (100_000, "100k"), (1_000_000, "1m")):
            say([(f"seeding_{name}", grow(seed, size), "s")])
            with web.served("leadbridge.wsgi:application") as address:
                say(web.inbox(address, seed, name))
                if name == "1m":
                    say(web.accept(address, seed))
        with web.served("bench.bare:application") as address:
            say(web.bare(address))
        say(web.ratios())
        say(sweeping.run())


def say(figures: Iterable[Figure]) -> None:
    """Print figures with three digits that mean something."""
    for name, value, unit in figures:
        print(f"{name} {value:.0f} {unit}" if value >= 100 else f"{name} {value:.3g} {unit}")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

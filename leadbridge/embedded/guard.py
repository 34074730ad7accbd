"""Stops the engines when the last process that used them was killed and could not.

Started with the engines; gone with them.
"""

import os
import sys
import time
from pathlib import Path

from leadbridge.embedded.locks import alone
from leadbridge.embedded.place import Place
from leadbridge.embedded.sharing import stop_if_unused

LOOK_EVERY_SECONDS = 1.0


def main(var: str, own_lock: str) -> None:
    place = Place(Path(var))
    while place.var.exists():
        time.sleep(LOOK_EVERY_SECONDS)
        with alone(place.lock("starting")):
            if stop_if_unused(place):
                # Given back before `starting` is, so that a new start sees no guard and makes one.
                os.close(int(own_lock))
                return


if __name__ == "__main__":
    main(*sys.argv[1:])

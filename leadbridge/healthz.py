"""`python -m leadbridge.healthz PORT`: whether the web process of this container lives."""

import os
import sys
import urllib.request


def main(port: str) -> int:
    # Django answers only to its own names.
    name = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip("*.") or "localhost"
    address = f"http://127.0.0.1:{port}/healthz"
    request = urllib.request.Request(address, headers={"Host": name})
    try:
        with urllib.request.urlopen(request, timeout=4):  # noqa: S310 - our own address
            return 0
    except OSError as error:
        print(error)  # noqa: T201 - shown by `docker inspect`
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

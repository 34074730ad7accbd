"""Says where LeadBridge is, as soon as it is ready there."""

import os
import sys
import time
import urllib.error
import urllib.request

import django

from leadbridge.demo import PASSWORD

LOGINS = ("mia", "ana", "sam", "dora", "max", "nora", "olu")
PATIENCE_SECONDS = 60


def main(host: str, port: str) -> None:
    reachable = "127.0.0.1" if host == "0.0.0.0" else host  # noqa: S104 - compared, not bound
    address = f"http://{reachable}:{port}"
    answer = wait_until_ready(f"{address}/readyz")
    print("", f"  LeadBridge: {address}/", sep="\n", flush=True)
    if answer:
        print(f"  It is not quite ready: {answer}", flush=True)
    elif is_demo():
        print(f"  Log in as {', '.join(LOGINS)}; password: {PASSWORD}", flush=True)
    print("  Ctrl-C stops all of it.", "", sep="\n", flush=True)


def wait_until_ready(url: str) -> str:
    """Wait for the readiness page; what it says if it stays unready, nothing once it is ready."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    answer = "no answer"
    while time.monotonic() < give_up:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own address
                return ""
        except urllib.error.HTTPError as error:
            answer = " ".join(error.read(500).decode(errors="replace").split())
        except OSError:
            pass
        time.sleep(1)
    return answer


def is_demo() -> bool:
    """Whether the people of the demo are there, with the password that everybody knows."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "leadbridge.settings")
    django.setup()
    from django.contrib.auth import get_user_model  # needs the set-up

    mia = get_user_model().objects.filter(username=LOGINS[0]).first()
    return mia is not None and mia.check_password(PASSWORD)


if __name__ == "__main__":
    main(*sys.argv[1:])

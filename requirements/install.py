"""Brings `.venv` up to a lock: `python3 requirements/install.py local` (or `test`).

Needs nothing but Python. Does nothing when the lock is installed already; puts right a `.venv`
that was moved together with its folder; makes a new one when its Python has gone or changed.
"""

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys

if sys.version_info < (3, 11):
    found = ".".join(str(part) for part in sys.version_info[:2])
    sys.exit("leadbridge: needs Python 3.11 or newer, and %s is %s" % (sys.executable, found))

from pathlib import Path
from typing import TypedDict

HERE = Path(__file__).resolve().parent
VENV = HERE.parent / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"


class State(TypedDict):
    """What `.venv` was made for, by which Python, and which locks it satisfies."""

    path: str
    python: str
    locks: dict[str, str]


def main(name: str) -> None:
    with (HERE / f"{name}.lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` may start at once
        wanted = hashlib.sha256(lock.read()).hexdigest()
        state = read_state()
        if not is_usable(state):
            state = make_venv()
        if state["path"] != str(VENV):
            mend_scripts(state["path"])
            state["path"] = str(VENV)
            write_state(state)
        if state["locks"].get(name) != wanted:
            install(name)
            state["locks"][name] = wanted
            write_state(state)


def read_state() -> State:
    try:
        found = json.loads(STAMP.read_text())
        return {"path": found["path"], "python": found["python"], "locks": found["locks"]}
    except (OSError, KeyError, TypeError, ValueError):
        return {"path": str(VENV), "python": "", "locks": {}}


def write_state(state: State) -> None:
    STAMP.write_text(json.dumps(state, indent=1) + "\n")


def is_usable(state: State) -> bool:
    """Whether the Python of the `.venv` still runs and is the one it was made with."""
    return bool(state["python"]) and version_of(PYTHON) == state["python"]


def version_of(python: Path) -> str:
    try:
        done = subprocess.run(
            [python, "-c", "import pip, sys; print(sys.version)"], capture_output=True, text=True
        )
    except OSError:
        return ""
    return done.stdout.strip()


def make_venv() -> State:
    print("Making .venv …", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "venv", VENV], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        sys.exit(
            f"leadbridge: {sys.executable} cannot make a virtual environment; "
            "on Debian and Ubuntu install the package python3-venv"
        )
    state: State = {"path": str(VENV), "python": version_of(PYTHON), "locks": {}}
    write_state(state)
    return state


def mend_scripts(old: str) -> None:
    """Scripts name their Python by its full path: give them the new one."""
    for script in (VENV / "bin").iterdir():
        if script.is_symlink() or not script.is_file():
            continue
        content = script.read_bytes()
        if content.startswith(b"#!") or script.name.lower().startswith("activate"):
            script.write_bytes(content.replace(os.fsencode(old), os.fsencode(VENV)))


def install(name: str) -> None:
    print(f"Installing what {name}.lock lists; this takes a minute or two …", flush=True)
    done = subprocess.run(
        [
            *(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
            *("--no-input", "--require-hashes", "-r", HERE / f"{name}.lock"),
        ],
        env={**os.environ, "PIP_ROOT_USER_ACTION": "ignore"},
    )
    if done.returncode != 0:
        sys.exit(f"leadbridge: {name}.lock could not be installed; the lines above say why")


if __name__ == "__main__":
    main(sys.argv[1])

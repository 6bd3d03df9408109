"""PostgreSQL and Valkey for one folder: ours, or the servers that the environment names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.local import interrupts, postgres_roles
from config.local.notices import step
from config.local.postgres import THROW_AWAY, Postgres
from config.local.valkey import Valkey


@dataclass
class Services:
    """The servers of one command; None where the environment names one."""

    postgres: Postgres | None
    valkey: Valkey | None

    def own(self) -> list[tuple[str, Postgres | Valkey]]:
        named = [("PostgreSQL", self.postgres), ("Valkey", self.valkey)]
        return [(name, server) for name, server in named if server is not None]

    def environment(self) -> dict[str, str]:
        """The variables by which the product finds the servers that are ours."""
        found = {}
        if self.postgres:
            found["DATABASE_URL"] = self.postgres.url(postgres_roles.APP)
            found["DATABASE_OWNER_URL"] = self.postgres.url(postgres_roles.OWNER)
            found["DATABASE_APP_ROLE"] = postgres_roles.APP
        if self.valkey:
            found["REDIS_URL"] = self.valkey.url()
        return found

    def mend(self) -> list[str]:
        """Starts again what has ended by itself; returns the names."""
        mended = []
        for name, server in self.own():
            if server.process is not None and server.process.poll() is not None:
                server.start()
                mended.append(name)
        return mended


@contextmanager
def running(
    folder: Path, given: Mapping[str, str], *, settings: Mapping[str, str] = THROW_AWAY
) -> Iterator[Services]:
    """Runs in `folder` what `given` names no URL for; ends it on leaving, however."""
    services = Services(
        postgres=None if "DATABASE_URL" in given else Postgres(folder / "postgres", settings),
        valkey=None if "REDIS_URL" in given else Valkey(folder / "valkey"),
    )
    try:
        for name, server in services.own():
            with step(name):
                server.start()
        yield services
    finally:
        with interrupts.held_off():
            for _, server in reversed(services.own()):
                server.stop()

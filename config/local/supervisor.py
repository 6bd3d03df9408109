"""Keeps web, worker and beat alive beside the servers, and ends them together."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from config.local import interrupts, processes, product
from config.local.notices import Refused, warn
from config.local.product import BASE_DIR
from config.local.services import Services

RESTARTS = 5
RESTARTS_WITHIN_SECONDS = 60.0


@dataclass
class Child:
    """One process of the product, its log, and when it was started."""

    name: str
    command: Sequence[str]
    log: Path | None
    starts: list[float] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None

    def start(self, env: Mapping[str, str]) -> None:
        self.starts.append(time.monotonic())
        # SIGQUIT: a worker without its launcher leaves its task to the next one at once.
        sig = signal.SIGQUIT if self.name == "worker" else signal.SIGTERM
        with self.log.open("ab") if self.log else nullcontext() as output:
            self.process = processes.start(
                self.command, env=env, cwd=BASE_DIR, output=output, sig=sig
            )

    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def gives_up(self) -> bool:
        recent = [at for at in self.starts if at > time.monotonic() - RESTARTS_WITHIN_SECONDS]
        return len(recent) > RESTARTS

    def last_words(self) -> str:
        """Where its log is, and how that ends."""
        if self.log is None:
            return "The lines above say why."
        lines = self.log.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"Its log ({self.log}) ends:", *lines])


def children_of_product(logs: Path | None, *, host: str, port: int) -> list[Child]:
    """Web, worker and beat, writing into `logs`, or to this terminal when that is None."""
    commands = {
        "web": product.web(host=host, port=port),
        "worker": product.worker(),
        "beat": product.beat(),
    }
    return [
        Child(name, command, logs / f"{name}.log" if logs else None)
        for name, command in commands.items()
    ]


@contextmanager
def running(children: Sequence[Child], env: Mapping[str, str]) -> Iterator[None]:
    """Starts the children; on leaving, however, tells all to stop and waits for each."""
    try:
        for child in children:
            child.start(env)
        yield
    finally:
        with interrupts.held_off():
            started = [child.process for child in children if child.process is not None]
            for process in started:
                processes.signal_process(process.pid, signal.SIGTERM)
            for process in started:
                processes.stop(process)


def watch(children: Sequence[Child], services: Services, env: Mapping[str, str]) -> NoReturn:
    """Starts again what ends by itself, until a signal ends us.

    Raises:
        Refused: a child ended again and again.
    """
    while True:
        for name in services.mend():
            warn(f"{name} had ended; it runs again.")
        for child in children:
            if child.has_ended():
                _restart(child, env)
        time.sleep(0.5)


def _restart(child: Child, env: Mapping[str, str]) -> None:
    if child.gives_up():
        raise Refused(f"The {child.name} ends again and again. {child.last_words()}")
    warn(f"The {child.name} had ended; it is started again.")
    if child.process is not None:
        processes.kill_group(child.process.pid)
    child.start(env)


def run(command: Sequence[str], env: Mapping[str, str]) -> int:
    """Runs one command to its end, in this terminal."""
    child = processes.start(command, env=env, cwd=BASE_DIR)
    try:
        return child.wait()
    finally:
        processes.stop(child)


def run_quietly(command: Sequence[str], env: Mapping[str, str]) -> tuple[int, str]:
    """Its exit code and what it said, for commands whose words matter only when they fail."""
    with beside(command, env) as ended:
        return ended()


@contextmanager
def beside(
    command: Sequence[str], env: Mapping[str, str]
) -> Iterator[Callable[[], tuple[int, str]]]:
    """Begins a command at once; who calls what this yields waits for its exit code and words.
    On leaving it is ended, if it is not done by then."""
    with tempfile.TemporaryFile() as output:
        child = processes.start(command, env=env, cwd=BASE_DIR, output=output)

        def ended() -> tuple[int, str]:
            code = child.wait()
            output.seek(0)
            return code, output.read().decode(errors="replace").strip()

        try:
            yield ended
        finally:
            processes.stop(child)

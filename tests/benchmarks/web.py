"""The product's own web server, as `make run` starts it, on a port of its own."""

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.local import ports, processes, product

_TICKS = os.sysconf("SC_CLK_TCK")
_SECONDS = 60


@dataclass(frozen=True)
class Web:
    port: int
    pid: int

    def processor_seconds(self) -> float:
        """Processor time of the server and its workers."""
        pids = [folder.name for folder in Path("/proc").iterdir() if folder.name.isdigit()]
        workers = [int(pid) for pid in pids if _parent(pid) == self.pid]
        return sum(_seconds(pid) for pid in [self.pid, *workers])


@contextmanager
def running() -> Iterator[Web]:
    """The server while it runs; ended afterwards, however."""
    port = ports.any_free()
    child = subprocess.Popen(
        product.web(host=ports.LOOPBACK, port=port), cwd=product.BASE_DIR, env=os.environ
    )
    try:
        _wait_for(port, child)
        yield Web(port, child.pid)
    finally:
        processes.stop(child)


def _wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            client = http.client.HTTPConnection(ports.LOOPBACK, port, timeout=10)
            client.request("GET", "/livez")
            if client.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the web server didn't come up")


def _parent(pid: str) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _seconds(pid: int) -> float:
    fields = _stat(str(pid))
    return sum(int(field) for field in fields[11:13]) / _TICKS if fields else 0.0


def _stat(pid: str) -> list[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []

"""Children that never outlive us: each leads a process group of its own, and the kernel tells it
to stop when we are gone, even by `kill -9`."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from config.local.accounts import Account

GRACE_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sig: int) -> None:
    """Asks the kernel to send `sig` to this process when its parent ends (Linux only)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)


def start(
    command: Sequence[str | os.PathLike[str]],
    *,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: Account | None = None,
    output: IO[Any] | None = None,
    sig: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Starts a child as the leader of its own group.

    `sig` is what it gets from the kernel when we die. Ctrl-C in the terminal does not reach it:
    we end our children ourselves, in order.
    """
    options: dict[str, Any] = account.popen_options() if account else {}
    return subprocess.Popen(
        [os.fspath(part) for part in command],
        env=dict(env) if env is not None else None,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        start_new_session=True,
        preexec_fn=_bound_to(os.getpid(), sig),
        **options,
    )


def _bound_to(parent: int, sig: int) -> Callable[[], None]:
    def bind() -> None:
        # After the change of account, because that change clears the request.
        die_with_parent(sig)
        if os.getppid() != parent:
            os._exit(1)

    return bind


def stop(
    child: subprocess.Popen[bytes], *, sig: int = signal.SIGTERM, grace: float = GRACE_SECONDS
) -> None:
    """Ends a child and whatever is left of its group."""
    if child.poll() is None:
        child.send_signal(sig)
        try:
            child.wait(timeout=grace)
        except subprocess.TimeoutExpired:
            pass
    kill_group(child.pid)
    child.wait()


def kill_group(leader: int) -> None:
    try:
        os.killpg(leader, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


def signal_process(pid: int, sig: int) -> None:
    try:
        os.kill(pid, sig)
    except (ProcessLookupError, PermissionError):
        pass


def can_see_others() -> bool:
    return Path("/proc/self/cwd").exists()


def working_in(folder: Path) -> list[int]:
    """The live processes whose working directory is `folder` (Linux; elsewhere none is seen)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(entry / "cwd")) == folder.resolve():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Asks ten times a second until `condition` holds; False when the time is over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True

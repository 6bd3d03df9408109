"""Files that hold secrets, and the lock that keeps two commands off one folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.local.notices import Refused


def write_private(file: Path, text: str) -> None:
    """Writes `file` so that it is never, not even for a moment, readable by others."""
    fresh = file.with_name(f"{file.name}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as target:
        target.write(text)
    fresh.replace(file)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Holds `folder` for this process; the kernel lets go when the process ends, however.

    Raises:
        Refused: another process holds it.
    """
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    with open(folder / "lock", "a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Refused(
                f"Another command works in {folder.name} (process {file.read().strip()}). "
                "End it with Ctrl-C in its terminal first."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield

"""PostgreSQL refuses to run as root: which account it takes then, and what that one can reach."""

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.local.notices import Refused

CANDIDATES = ("postgres", "nobody", "daemon")
# Reachable by every account, and kept over a restart of the machine.
ELSEWHERE = Path("/var/lib/regulars")


@dataclass(frozen=True)
class Account:
    """An unprivileged account of the operating system."""

    name: str
    uid: int
    gid: int

    def popen_options(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_read(self, *paths: Path) -> bool:
        """Whether the account can read every file, and list every folder, among `paths`."""
        return self._agrees('test -r "$f" && { test ! -d "$f" || test -x "$f"; }', *paths)

    def can_enter(self, folder: Path) -> bool:
        return self._agrees('test -x "$f"', folder)

    def _agrees(self, question: str, *paths: Path) -> bool:
        """Asks as the account instead of guessing: access lists and mount options count too."""
        script = f"for f; do {question} || exit 1; done"
        asked: subprocess.CompletedProcess[bytes] = subprocess.run(
            ["/bin/sh", "-c", script, "sh", *map(str, paths)],
            cwd="/",
            capture_output=True,
            check=False,
            **self.popen_options(),
        )
        return asked.returncode == 0

    def own(self, folder: Path) -> None:
        """Makes `folder` this account's, closed to others."""
        folder.mkdir(parents=True, exist_ok=True)
        os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def own_file(self, file: Path) -> None:
        os.chown(file, self.uid, self.gid)


def unprivileged() -> Account | None:
    """The account to change to, or None when we are an ordinary user already.

    Raises:
        Refused: we are root, and the machine has none of the accounts that we know.
    """
    if os.geteuid() != 0:
        return None
    for name in CANDIDATES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=found.pw_uid, gid=found.pw_gid)
    raise Refused(
        "PostgreSQL doesn't run as root, and this machine has none of the accounts "
        f"{', '.join(CANDIDATES)}. Run the command as an ordinary user, or add one (useradd)."
    )


def home_for(folder: Path, account: Account | None) -> Path:
    """The folder for a server's files: `folder` itself, or one elsewhere with a link in its place.

    A project in root's own home can't be reached by `account`; its data then stand under
    /var/lib, in a folder keyed by the path, and `folder` links there. A folder left there by a
    project that was deleted belongs to nobody, and is emptied.

    Raises:
        Refused: `folder` was made by another account, whose files a server would not touch.
    """
    _refuse_foreign(folder, account.uid if account else os.geteuid())
    if account is None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder
    folder.parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    if not folder.is_symlink() and account.can_enter(folder.parent):
        account.own(folder)
        return folder
    home = elsewhere(folder)
    if not folder.is_symlink():
        shutil.rmtree(home, ignore_errors=True)
        folder.symlink_to(home)
    home.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    account.own(home)
    return home


def _refuse_foreign(folder: Path, uid: int) -> None:
    if folder.exists() and folder.stat().st_uid not in (uid, os.geteuid()):
        raise Refused(
            f"{folder} was made by another account of this machine, as happens when a command ran "
            "once as root and once not. Run it as that account again, or delete the folder."
        )


def elsewhere(folder: Path) -> Path:
    key = hashlib.sha256(str(folder.absolute()).encode()).hexdigest()[:12]
    return ELSEWHERE / f"{folder.name}-{key}"


def remove_home(folder: Path) -> None:
    """Deletes what `home_for` made, wherever it stands."""
    if folder.is_symlink():
        shutil.rmtree(folder.resolve(), ignore_errors=True)
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)

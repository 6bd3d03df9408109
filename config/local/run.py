"""`make run`: web, worker and beat on the servers that the settings name, logging here."""

from collections.abc import Mapping

from config.local import environment, supervisor
from config.local.demo import chosen_port
from config.local.notices import Refused, say, step
from config.local.product import manage
from config.local.services import Services

NEEDED = ("REGULARS_ENV", "SECRET_KEY", "DATABASE_URL", "REDIS_URL")


def main() -> int:
    """Runs until it is stopped.

    Raises:
        Refused: a setting is missing, or Django's own checks or `doctor` find a fault.
    """
    variables = environment.given(dotenv=True)
    missing = [name for name in NEEDED if not variables.get(name)]
    if missing:
        raise Refused(
            f"{', '.join(missing)} must be set, in the environment or in .env; .env.example "
            "explains each. To look around without servers of your own: make demo."
        )
    env = {**variables, "DJANGO_SETTINGS_MODULE": "config.settings"}
    port = chosen_port(variables)
    if supervisor.run(manage("doctor", "--before-start"), env) != 0:
        raise Refused("Mend what `doctor` names above, then start again.")
    collect_static_files(env)
    host = variables.get("HOST", "127.0.0.1")
    children = supervisor.children_of_product(None, host=host, port=port)
    with supervisor.running(children, env):
        say(f"Regulars listens on http://{host}:{port}/. Ctrl-C ends it.")
        supervisor.watch(children, Services(postgres=None, valkey=None), env)


def collect_static_files(env: Mapping[str, str]) -> None:
    """Production serves what was collected and compressed; the others from where it lies."""
    if env["REGULARS_ENV"] != "production":
        return
    with step("Static files"):
        code, words = supervisor.run_quietly(manage("collectstatic", "--noinput"), env)
    if code != 0:
        raise Refused(f"manage.py collectstatic failed:\n{words}")

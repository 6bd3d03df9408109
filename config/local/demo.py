"""`make demo`: everything from nothing to a running product with people in it."""

import hashlib
import json
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.local import (
    accounts,
    banner,
    environment,
    files,
    ports,
    product,
    services,
    supervisor,
)
from config.local.notices import Refused, say, step
from config.local.product import BASE_DIR

FOLDER = BASE_DIR / ".demo"
READY_SECONDS = 60.0


def main() -> int:
    variables = environment.given(dotenv=True)
    environment.refuse_production(variables)
    port = chosen_port(variables)
    with files.locked(FOLDER):
        if variables.get("RESET", "0") not in ("", "0"):
            reset(variables)
        with services.running(FOLDER, variables, settings={}) as servers:
            env = environment.demo(FOLDER, variables, servers.environment())
            prepare(env, database_of(variables))
            _serve(servers, env, port)
    return 0


def chosen_port(variables: Mapping[str, str]) -> int:
    """The port of `PORT`, 8000 when it isn't set.

    Raises:
        Refused: it is no port, or another program listens there.
    """
    word = variables.get("PORT") or "8000"
    if not word.isdigit() or not 0 < int(word) < 65_536:
        raise Refused(f"PORT is {word!r}; it must be a number from 1 to 65535.")
    port = int(word)
    if not ports.is_free(port):
        raise Refused(
            f"Port {port} is busy: another program listens there, or this account may not use it. "
            f"Choose another: make demo PORT={port + 1}"
        )
    return port


def reset(variables: Mapping[str, str]) -> None:
    """Deletes the demo's own data. A database that was given by URL is left alone."""
    if "DATABASE_URL" in variables:
        raise Refused(
            "RESET=1 deletes only the demo's own PostgreSQL, and DATABASE_URL names another one. "
            "Drop that database yourself."
        )
    with step("Deleting the old demo"):
        for server in ("postgres", "valkey"):
            accounts.remove_home(FOLDER / server)
        for name in ("env", "loaded", "access.json"):
            (FOLDER / name).unlink(missing_ok=True)
        accounts.remove_home(FOLDER / "media")


def database_of(variables: Mapping[str, str]) -> str:
    """A name for the database that is safe to write down: the URL holds a password."""
    url = variables.get("DATABASE_URL")
    return hashlib.sha256(url.encode()).hexdigest() if url else "own"


def prepare(env: Mapping[str, str], database: str) -> None:
    """Migrates as the owner, gives the app's role its rights, and loads the people once."""
    owner = environment.as_owner(env)
    _manage("Migrations", owner, "migrate", "--verbosity", "0")
    if env["DATABASE_OWNER_URL"] != env["DATABASE_URL"]:
        _manage("Rights of the app's role", owner, "grant_app_role")
    _manage("Keys", env, "keys", "init")
    mark = FOLDER / "loaded"
    if mark.exists() and mark.read_text() == database:
        return
    say("· Demo data")
    if supervisor.run(product.manage("load_demo"), env) != 0:
        raise Refused("The demo data could not be loaded; the lines above say why.")
    for file in FOLDER.glob("access.json"):
        file.chmod(0o600)
    mark.write_text(database)


def _manage(name: str, env: Mapping[str, str], *arguments: str) -> None:
    with step(name):
        code, words = supervisor.run_quietly(product.manage(*arguments), env)
    if code != 0:
        raise Refused(f"manage.py {' '.join(arguments)} failed:\n{words}")


def _serve(servers: services.Services, env: Mapping[str, str], port: int) -> None:
    logs = FOLDER / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    children = supervisor.children_of_product(logs, host=ports.LOOPBACK, port=port)
    base_url = f"http://{ports.LOOPBACK}:{port}"
    with supervisor.running(children, env):
        with step("Web, worker, beat"):
            _wait_for(base_url, children[0])
        say(banner.text(base_url=base_url, access=_access(), at=_now(), folder=FOLDER))
        say(f"Ready after {_seconds_since_start(env):.0f} s.")
        supervisor.watch(children, servers, env)


def _wait_for(base_url: str, web: supervisor.Child) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _answers(f"{base_url}/livez"):
        if web.has_ended() or time.monotonic() > deadline:
            raise Refused(f"The web server doesn't answer. {web.last_words()}")
        time.sleep(0.1)


def _answers(url: str) -> bool:
    # A proxy of the caller's environment has no business on loopback.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _access() -> dict[str, Any]:
    file = FOLDER / "access.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    return found


def _now() -> datetime:
    return datetime.now().astimezone()


def _seconds_since_start(env: Mapping[str, str]) -> float:
    """Since the person pressed Enter: the bootstrap notes when that was."""
    now = time.time()
    return now - float(env.get("REGULARS_BEGAN_AT", now))

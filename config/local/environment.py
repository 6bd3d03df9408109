"""The variables under which `demo` and `test` run, and when they refuse to run at all."""

import base64
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from config.local.files import write_private
from config.local.notices import Refused
from config.local.product import BASE_DIR

# Written to `.demo/env`, which the settings read when a person types a command beside the demo.
KEPT = (
    "REGULARS_ENV",
    "SECRET_KEY",
    "REGULARS_ROOT_KEY",
    "DATABASE_URL",
    "DATABASE_OWNER_URL",
    "DATABASE_APP_ROLE",
    "REDIS_URL",
    "BEHIND_TLS",
    "MEDIA_ROOT",
)


def given(*, dotenv: bool) -> dict[str, str]:
    """The caller's variables; with `dotenv`, those of `.env` below them."""
    found = read_file(BASE_DIR / ".env") if dotenv else {}
    return {**found, **os.environ}


def read_file(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    lines = (line.strip() for line in file.read_text().splitlines())
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.removeprefix("export ").strip(): _bare(value) for name, _, value in pairs}


def _bare(value: str) -> str:
    value = value.strip()
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def refuse_production(variables: Mapping[str, str]) -> None:
    """Invented people must never get into a shop's own database.

    Raises:
        Refused: the settings are production's, or name a database without saying that it may
            be used for a demo.
    """
    kind = variables.get("REGULARS_ENV")
    if kind == "production":
        raise Refused(
            "REGULARS_ENV is production: the demo doesn't run with production's settings. "
            "Unset it (look into .env too), or run `make run`."
        )
    if "DATABASE_URL" in variables and kind != "demo":
        raise Refused(
            "DATABASE_URL is set, and the demo would fill that database with invented people. "
            "Unset it to let the demo start its own PostgreSQL, or say REGULARS_ENV=demo as well."
        )


def demo(folder: Path, variables: Mapping[str, str], services: Mapping[str, str]) -> dict[str, str]:
    """The demo's variables; its secrets are made once and kept in `folder`."""
    before = read_file(folder / "env")
    made = {
        "REGULARS_ENV": "demo",
        "SECRET_KEY": before.get("SECRET_KEY", secrets.token_urlsafe(48)),
        "REGULARS_ROOT_KEY": before.get("REGULARS_ROOT_KEY", _root_key()),
        "BEHIND_TLS": "0",
        "MEDIA_ROOT": str(folder / "media"),
    }
    chosen = {**made, **_plain(variables), **services}
    chosen.setdefault("DATABASE_OWNER_URL", chosen["DATABASE_URL"])
    kept = {name: chosen[name] for name in KEPT if name in chosen}
    header = "# Written by `make demo` at every start. Secrets of the demo: not for real data.\n"
    lines = [f"{name}='{value}'\n" for name, value in kept.items()]
    write_private(folder / "env", header + "".join(lines))
    return chosen


def throw_away(
    folder: Path, variables: Mapping[str, str], services: Mapping[str, str]
) -> dict[str, str]:
    """Variables for tests and measurements: nothing of them outlives the command.

    Raises:
        Refused: the environment is production's.
    """
    if variables.get("REGULARS_ENV") == "production":
        raise Refused("REGULARS_ENV is production: tests don't run with production's settings.")
    made = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "REGULARS_ROOT_KEY": _root_key(),
        "BEHIND_TLS": "0",
        "MEDIA_ROOT": str(folder / "media"),
    }
    chosen = {**made, **_plain(variables), **services, "REGULARS_ENV": "test"}
    chosen.setdefault("DATABASE_OWNER_URL", chosen["DATABASE_URL"])
    return chosen


def as_owner(variables: Mapping[str, str]) -> dict[str, str]:
    """The same, connecting as the owner of the tables, as migrations must."""
    return {**variables, "DATABASE_URL": variables["DATABASE_OWNER_URL"]}


def _plain(variables: Mapping[str, str]) -> dict[str, str]:
    """Without what would lead our commands to other code or other settings."""
    foreign = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV")
    kept = {name: value for name, value in variables.items() if name not in foreign}
    kept["DJANGO_SETTINGS_MODULE"] = "config.settings"
    kept["REGULARS_READ_ENV_FILES"] = "0"
    return kept


def _root_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()

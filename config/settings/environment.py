"""Reads the environment once, and names what is missing or bad instead of failing later."""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent

env = environ.Env()

# The real environment wins over `.env`, and `.env` over what `make demo` left behind for the
# commands that a person types in a second terminal.
for candidate in (BASE_DIR / ".env", BASE_DIR / ".demo" / "env"):
    if candidate.is_file() and os.environ.get("REGULARS_READ_ENV_FILES", "1") == "1":
        environ.Env.read_env(str(candidate), overwrite=False)


def require(name: str, reader: Any = env.str, **options: Any) -> Any:
    """The value of `name`, or an error that says which variable is wrong and how to mend it."""
    try:
        value = reader(name, **options)
    except (environ.ImproperlyConfigured, ImproperlyConfigured, ValueError, TypeError) as error:
        raise ImproperlyConfigured(
            f"{name} is missing or can't be read ({error}). "
            f"Set it in the environment or in .env; .env.example explains it."
        ) from None
    if value == "":
        raise ImproperlyConfigured(f"{name} is empty. .env.example explains it.")
    return value

"""Loads of a few households, through the product's own commands."""

from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command


def load_year(**options: Any) -> str:
    """What the load said. Four households, in this process, unless `options` say otherwise."""
    out = StringIO()
    options = {"households": 4, "processes": 0} | options
    call_command("load_completejourney", stdout=out, **options)
    return out.getvalue()


def load_demo(folder: Path, **options: Any) -> Path:
    """The file of log-ins that a demo of six households wrote in `folder`."""
    file = folder / "access.json"
    options = {"households": 6, "processes": 0} | options
    call_command("load_demo", access_file=file, stdout=StringIO(), **options)
    return file

"""Figures given out as files: facts first brought up to date with all that is recorded, then read
at one instant."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from analytics.selectors import asking, measure_documents
from analytics.selectors.measure_documents import Asked
from analytics.services import facts

# Whole tables are sorted; nobody waits at a page.
_TIMEOUT_SECONDS = 3_600


def export(*, asked: Asked, members_file: Path | None, at: datetime) -> dict[str, Any]:
    """The document of all measures; with `members_file`, each member's figures as a line of JSON
    there as well, of the same instant. A file that was there is replaced once all is written.

    Raises: OSError, where the file can't be written: then nothing has changed.
    """
    list(facts.catching_up(at=at))
    with asking.together(timeout_seconds=_TIMEOUT_SECONDS, is_snapshot=True):
        document = measure_documents.document(asked)
        if members_file is not None:
            _write(asked, members_file)
    return document


def _write(asked: Asked, file: Path) -> None:
    begun = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with begun.open("w", encoding="utf-8") as out:
            for line in measure_documents.members(asked):
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        begun.replace(file)
    finally:
        begun.unlink(missing_ok=True)

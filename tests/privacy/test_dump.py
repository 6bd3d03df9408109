"""A real dump of the database, made after the erasure, tells of nobody."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.db import connection

from config.local import binaries
from members.models import Member
from tests.privacy import cases, life, test_traces, traces


def dumped() -> bytes:
    """All tables as SQL: bytes as hexadecimal digits, texts in clear."""
    settings = connection.settings_dict
    program = _program()
    command = [
        program, "--data-only", "--no-owner", "--inserts",
        f"--host={settings['HOST']}", f"--port={settings['PORT']}",
        f"--username={settings['USER']}",
        settings["NAME"],
    ]  # fmt: skip
    environment = {**os.environ, "PGPASSWORD": settings["PASSWORD"] or ""}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=120)
    return done.stdout


def _program() -> str:
    """The one that belongs to the embedded server, or the machine's own."""
    package = Path(binaries.__file__)
    embedded = binaries.postgres_programs(None) / "pg_dump"
    found = str(embedded) if embedded.exists() else shutil.which("pg_dump")
    assert found, f"no pg_dump beside {package}"
    return found


@pytest.mark.volume
@pytest.mark.django_db(transaction=True)
def test_a_dump_made_after_the_erasure_holds_nothing_of_her(till, staff):
    alice = life.lived(till, staff)
    cards = list(Member.objects.values_list("card_number", flat=True))
    wanted = test_traces.everything(cards)
    cases.erase(alice, staff)

    assert traces.in_bytes(dumped(), wanted) == []

"""Keys are rotated while processes register and read members, and rewrapping is killed on its way:
nobody meets an error, and in the end the old version can go."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone

from members.models import KeyEncryptionKey, Member, MemberKey
from members.sealing import blind, keys
from members.services import key_retirement, members
from members.services import keys as key_service
from members.services.identities import IdentityClaim
from members.services.members import Registration
from tests import world
from tests.campaigns.worker import database_url, locked, until, waits_for
from tests.concurrency import processes

pytestmark = [pytest.mark.kill, pytest.mark.django_db(transaction=True)]
BASE = Path(__file__).parents[2]
PROCESSES = 3
BEFORE = 200
WHILE = 60


def phone(number: int) -> str:
    return f"1360000{number:04d}"


def register(number: int) -> Member:
    registration = Registration(
        identities=(IdentityClaim("PHONE", phone(number)),), name=f"张{number}"
    )
    return members.register(registration=registration, at=timezone.now()).member


def work(number: int) -> int:
    """Registers its share, and reads back what it and others wrote. Any error fails the test."""
    keys.forget()
    blind.forget()
    read = 0
    for turn in range(WHILE):
        register(BEFORE + number * WHILE + turn)
        for row in Member.objects.order_by("?")[:5]:
            assert row.name.startswith("张")
            read += 1
    return read


def command(*arguments: str) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DATABASE_URL": database_url()}
    return subprocess.Popen(
        [sys.executable, "manage.py", "keys", *arguments],
        cwd=BASE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def rotate_and_kill() -> None:
    """Rotates, and kills -9 a rewrap that has done some chunks and is about to do the next."""
    rotated = command("rotate")
    output, _ = rotated.communicate(timeout=60)
    assert rotated.returncode == 0, output.decode()
    rewrap = command("rewrap", "--chunk-size", "20")
    until(lambda: MemberKey.objects.filter(kek_version=2).count() >= 20, "some keys are rewrapped")
    with locked("members_memberkey"):
        until(lambda: waits_for("members_memberkey") or rewrap.poll() is not None, "it waits")
        rewrap.send_signal(signal.SIGKILL)
        rewrap.wait()


def test_rotation_under_load_with_a_kill_in_between_harms_nobody(keys_made):
    world.open_shop()
    for number in range(BEFORE):
        register(number)
    answers: list[int] = []
    failures: list[BaseException] = []

    def load() -> None:
        try:
            answers.extend(processes.at_once(work, processes=PROCESSES))
        except BaseException as error:  # noqa: BLE001
            failures.append(error)

    loading = threading.Thread(target=load)
    loading.start()
    rotate_and_kill()
    assert MemberKey.objects.filter(kek_version=1).exists()
    resumed = command("rewrap", "--chunk-size", "20")
    output, _ = resumed.communicate(timeout=120)
    assert resumed.returncode == 0, output.decode()
    loading.join()

    assert failures == []
    assert answers == [WHILE * 5] * PROCESSES
    # Processes that didn't know of the rotation yet went on with the old version for a minute.
    list(key_service.rewrap())
    key_retirement.forget(version=1, at=timezone.now() + timedelta(hours=1))
    assert list(KeyEncryptionKey.objects.values_list("version", flat=True)) == [2]
    assert Member.objects.count() == BEFORE + PROCESSES * WHILE
    keys.forget()
    call_command("keys", "verify", "--all")

"""What the operator's commands say about keys, sealed columns and clear text."""

import os

import pytest
from django.core.management import CommandError, call_command

from members.models import Member, MemberKey
from members.selectors import encryption
from tests.members.sealed_rows import NOW, a_member, a_phone, write_raw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("keys_made")]


def said(capsys, *command: str) -> list[str]:
    call_command(*command)
    return capsys.readouterr().out.splitlines()


def test_init_says_whether_it_made_anything(capsys):
    assert said(capsys, "keys", "init") == ["Keys are there; nothing to make."]


def test_status_counts_member_keys_by_version(capsys):
    a_member(1)
    assert said(capsys, "keys", "rotate") == [
        "New keys are wrapped by version 2. Now run `keys rewrap`."
    ]
    a_member(2)
    a_member(3)
    assert said(capsys, "keys", "status") == [
        "version 1  RETIRED  1 member keys  0 values of the house",
        "version 2  ACTIVE  2 member keys  0 values of the house",
        "The root key opens every version and every index key.",
    ]


def test_rewrap_reports_progress_and_empties_the_old_version(capsys):
    for serial in range(3):
        a_member(serial)
    call_command("keys", "rotate")
    capsys.readouterr()
    assert said(capsys, "keys", "rewrap", "--chunk-size=2") == [
        "2 rewrapped",
        "3 rewrapped",
        "Done.",
    ]
    counts = [(one.version, one.member_keys) for one in encryption.key_versions()]
    assert counts == [(1, 0), (2, 3)]


def test_verify_opens_every_column_and_tells_shredded_from_broken(capsys):
    a_phone(a_member(1), "13800138000")
    erased, broken = a_member(2), a_member(3, birthday=None)
    MemberKey.objects.filter(member=erased).update(wrapped=None, shredded_at=NOW)
    write_raw(broken, "name", b"\x01" + os.urandom(40))
    with pytest.raises(CommandError, match="1 sealed values can't be opened"):
        call_command("keys", "verify", "--all")
    lines = capsys.readouterr().out.splitlines()
    assert f"members.member.name  opened 1  shredded 1  failed 1 [{broken.pk}]" in lines
    assert "members.member.birthday  opened 1  shredded 1  failed 0" in lines
    assert "members.identity.value  opened 1  shredded 0  failed 0" in lines


def test_verify_can_take_a_sample():
    for serial in range(5):
        a_member(serial)
    checks = {one.column: one.opened for one in encryption.open_columns(sample_rows=2)}
    assert checks["members.member.name"] == 2


def test_commands_refuse_another_root_key(settings):
    settings.ROOT_KEY = "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA="
    for command in (["keys", "status"], ["keys", "verify"], ["check_encryption"]):
        with pytest.raises(CommandError, match="root key"):
            call_command(*command)


def test_a_clean_database_has_no_clear_text(capsys):
    a_phone(a_member(), "13800138000")
    lines = said(capsys, "check_encryption", "--text", "张三")
    assert "sealed  members.member.name" in lines
    assert "key version 1  ACTIVE  1 members" in lines
    assert "looked for 2 texts in every table" in lines
    assert lines[-1] == "clear-text canaries found: 0"


def test_a_phone_in_clear_is_found_in_any_column(capsys):
    member = a_member()
    a_phone(member, "13800138000")
    Member.objects.update(metadata={"note": "call 13800138000"})
    with pytest.raises(CommandError, match="lies in clear"):
        call_command("check_encryption")
    lines = capsys.readouterr().out.splitlines()
    assert "CLEAR  members_member  1 rows" in lines
    assert lines[-1] == "clear-text canaries found: 1"


def test_clear_text_in_a_column_of_bytes_is_found():
    write_raw(a_member(), "name_index", "张三".encode())
    assert encryption.tables_with_clear_text(["张三"]) == {"members_member": 1}


def test_percent_signs_in_a_text_are_no_wildcards():
    a_member()
    assert encryption.tables_with_clear_text(["8%3"]) == {}

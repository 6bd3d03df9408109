"""Secrets on disk, and the lock of a folder."""

import pytest

from config.local import files
from config.local.notices import Refused


def test_a_private_file_is_readable_by_its_owner_alone(tmp_path):
    file = tmp_path / "env"
    file.write_text("old and open")
    files.write_private(file, "secret")
    assert file.read_text() == "secret"
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_second_command_in_the_same_folder_is_refused_and_told_by_whom(tmp_path):
    with files.locked(tmp_path / "demo"):
        with pytest.raises(Refused, match=r"Another command works in demo \(process \d+\)"):
            with files.locked(tmp_path / "demo"):
                pass
    with files.locked(tmp_path / "demo"):
        pass

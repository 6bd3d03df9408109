"""Where the root key comes from, and what is said when it can't be used."""

import base64

import pytest

from members.sealing import root
from members.sealing.envelope import CannotOpen
from members.sealing.root import KeysUnusable, LocalRootKey

KEY = bytes(range(32))
TEXT = base64.b64encode(KEY).decode()
SOURCES = ("ROOT_KEY", "ROOT_KEY_FILE", "ROOT_KEY_PROVIDER")


class Vault(LocalRootKey):
    """A provider of somebody else's making."""

    def __init__(self) -> None:
        super().__init__(KEY)


@pytest.fixture(autouse=True)
def _no_source(settings):
    for name in SOURCES:
        setattr(settings, name, "")


@pytest.fixture
def key_file(tmp_path, settings):
    path = tmp_path / "root.key"
    path.write_text(TEXT + "\n")
    path.chmod(0o400)
    settings.ROOT_KEY_FILE = str(path)
    return path


def opens_what_the_key_wraps() -> bool:
    wrapped = LocalRootKey(KEY).wrap(b"a key", context=b"here")
    return root.provider().unwrap(wrapped, context=b"here") == b"a key"


def test_the_environment_may_hold_it(settings):
    settings.ROOT_KEY = TEXT
    assert opens_what_the_key_wraps()


@pytest.mark.parametrize("mode", [0o400, 0o600])
def test_a_file_of_its_owner_may_hold_it(key_file, mode):
    key_file.chmod(mode)
    assert opens_what_the_key_wraps()


@pytest.mark.parametrize("mode", [0o440, 0o404, 0o644, 0o700, 0o666])
def test_a_file_that_others_can_read_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(KeysUnusable, match=rf"mode {mode:04o}.*chmod 0400"):
        root.provider()


def test_a_missing_file_is_named_by_its_variable(settings, tmp_path):
    settings.ROOT_KEY_FILE = str(tmp_path / "none")
    with pytest.raises(KeysUnusable, match="REGULARS_ROOT_KEY_FILE can't be read"):
        root.provider()


def test_a_class_by_dotted_path_may_hold_it(settings):
    settings.ROOT_KEY_PROVIDER = "tests.members.test_root_key.Vault"
    assert opens_what_the_key_wraps()


def test_a_class_that_is_not_there_is_named(settings):
    settings.ROOT_KEY_PROVIDER = "tests.members.test_root_key.Nothing"
    with pytest.raises(KeysUnusable, match="REGULARS_ROOT_KEY_PROVIDER can't be imported"):
        root.provider()


def test_no_source_says_how_to_make_one():
    with pytest.raises(KeysUnusable, match="/dev/urandom"):
        root.provider()


def test_two_sources_are_one_too_many(settings, key_file):
    settings.ROOT_KEY = TEXT
    with pytest.raises(KeysUnusable, match="exactly one"):
        root.provider()


@pytest.mark.parametrize("text", ["short", "A" * 44, base64.b64encode(bytes(range(31))).decode()])
def test_a_bad_key_is_refused_and_not_quoted(settings, text):
    settings.ROOT_KEY = text
    with pytest.raises(KeysUnusable, match="REGULARS_ROOT_KEY is not base64 of 32") as refused:
        root.provider()
    assert text not in str(refused.value)


def test_wrapped_keys_are_bound_to_what_they_are_for(settings):
    settings.ROOT_KEY = TEXT
    wrapped = root.provider().wrap(b"a key", context=b"here")
    with pytest.raises(CannotOpen):
        root.provider().unwrap(wrapped, context=b"there")

"""`.env.example` and the settings name the same variables."""

import re
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
READ = re.compile(r"""(?:require|env(?:\.\w+)?|environ\.get)\(\s*["']([A-Z][A-Z0-9_]+)["']""")
# Read by `make run`, not by the settings; and by people, for migrations.
BESIDES = {"HOST", "PORT", "DATABASE_OWNER_URL"}


def variables_read() -> set[str]:
    files = (BASE_DIR / "config" / "settings").glob("*.py")
    return {name for file in files for name in READ.findall(file.read_text())}


def variables_documented() -> set[str]:
    text = (BASE_DIR / ".env.example").read_text()
    return set(re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", text, flags=re.MULTILINE))


def test_every_variable_that_the_settings_read_is_explained():
    assert variables_read() - variables_documented() == set()


def test_nothing_is_explained_that_nobody_reads():
    assert variables_documented() - variables_read() - BESIDES == set()

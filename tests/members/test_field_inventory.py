"""docs/field-inventory.md and the models say the same."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models

from members.selectors import encryption

PAGE = Path(__file__).parents[2] / "docs" / "field-inventory.md"
COLUMN = re.compile(r"`([a-z_]+\.[a-z_]+\.[a-z_]+)`")
INDEX_COLUMN = re.compile(r"(_index|digest)$")


def section(title: str) -> str:
    return PAGE.read_text().split(f"\n## {title}\n")[1].split("\n## ")[0]


def listed(title: str) -> list[str]:
    """The first cell of each line of the section's table."""
    rows = [line.split("|")[1] for line in section(title).splitlines() if line.startswith("| `")]
    return [match[1] for match in map(COLUMN.search, rows) if match]


def blind_indexes() -> set[str]:
    return {
        f"{model._meta.label_lower}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.BinaryField)
        and INDEX_COLUMN.search(field.name)
        and not hasattr(model, "pgh_tracked_model")
    }


def test_every_sealed_column_is_listed_and_nothing_else():
    assert sorted(listed("Sealed")) == [column.label for column in encryption.sealed_columns()]


def test_every_blind_index_is_listed_and_nothing_else():
    assert sorted(listed("Blind indexes")) == sorted(blind_indexes())


@pytest.mark.parametrize("label", sorted(set(COLUMN.findall(PAGE.read_text()))))
def test_every_column_that_is_named_exists(label):
    app, model, column = label.split(".")
    apps.get_model(app, model)._meta.get_field(column)


def test_every_line_says_how_the_value_is_erased():
    for title in ("Sealed", "Blind indexes", "Clear on purpose"):
        rows = [line for line in section(title).splitlines() if line.startswith("| `")]
        assert rows
        assert all(row.strip("| ").split("|")[-1].strip() for row in rows)


def test_no_column_is_both_sealed_and_clear():
    assert not set(listed("Sealed")) & set(listed("Clear on purpose"))


CHINESE = PAGE.with_name("field-inventory.zh-hans.md")


def test_the_chinese_page_lists_the_same_sealed_columns():
    rows = CHINESE.read_text().split("\n## 加密\n")[1].split("\n## ")[0].splitlines()
    found = [COLUMN.search(row.split("|")[1]) for row in rows if row.startswith("| `")]

    columns = sorted(match[1] for match in found if match)
    assert columns == [column.label for column in encryption.sealed_columns()]

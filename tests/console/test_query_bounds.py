"""No page asks the database more for more rows."""

import re

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import User
from tests.console import staff

pytestmark = pytest.mark.django_db
PAGES = {
    f"{model._meta.app_label}_{model._meta.model_name}": page
    for model, page in admin.site._registry.items()
}


@pytest.fixture
def chief(rows):
    operator = User.objects.create_superuser("chief", password="chief-password")
    browser = Client(headers={"Accept-Language": "zh-hans"})
    browser.force_login(operator, backend="django.contrib.auth.backends.ModelBackend")
    # What a process learns once: content types and keys.
    browser.get(reverse("admin:index"))
    return browser


def queries_of(browser, path):
    with CaptureQueriesContext(connection) as asked:
        shown = staff.text(browser.get(path))
    return len(asked), shown


# What a visit asked and showed, by address: the rows are the module's, and so are the pages.
VISITED = {}


def visit(browser, path):
    if path not in VISITED:
        VISITED[path] = queries_of(browser, path)
    return VISITED[path]


def row_of(table):
    row = PAGES[table].model._default_manager.order_by("pk").last()
    assert row is not None, f"tests/console/stock.py makes no row of {table}"
    return reverse(f"admin:{table}_change", args=[row.pk])


def too_many(browser, paths):
    counts = {path: visit(browser, path)[0] for path in paths}
    return {path: count for path, count in counts.items() if count > most(path)}


def most(path):
    is_member = path.startswith("/console/members/member/") and path.endswith("/change/")
    return staff.MOST_QUERIES_OF_A_MEMBER if is_member else staff.MOST_QUERIES


def test_no_page_asks_more_than_20_times(chief):
    lists = [reverse(f"admin:{table}_changelist") for table in PAGES]
    own = [reverse("admin:index"), reverse("admin:members_counter")]

    assert too_many(chief, [*own, *lists]) == {}


def test_no_row_s_page_asks_more_than_20_times(chief):
    assert too_many(chief, [row_of(table) for table in PAGES]) == {}


def test_a_list_of_five_rows_asks_as_often_as_one_of_all(chief, monkeypatch):
    paths = {table: reverse(f"admin:{table}_changelist") for table in PAGES}
    every = {table: visit(chief, path)[0] for table, path in paths.items()}

    for page in PAGES.values():
        monkeypatch.setattr(page, "list_per_page", 5)
    five = {table: queries_of(chief, path)[0] for table, path in paths.items()}

    # Sentences of events, and changes, look up what kinds of things they name: a few more kinds, no
    # more rows.
    kinds = {"members_event": 10, "members_changerecord": 10}
    more = {table: every[table] - five[table] for table in PAGES}
    assert {table: count for table, count in more.items() if count > kinds.get(table, 0)} == {}


# A script between tags, or an attribute that is one: the policy of our pages runs neither.
OWN_SCRIPT = re.compile(r"<script(?![^>]*(?:\bsrc=|application/json))[^>]*>|<[^>]*\son[a-z]+=\"")


def test_a_row_s_page_shows_words_not_python_and_brings_no_script_along(chief):
    for table in PAGES:
        _count, shown = visit(chief, row_of(table))

        assert re.findall(r">\s*[\[(]&#x27;", shown) == [], table
        assert OWN_SCRIPT.findall(shown) == [], table

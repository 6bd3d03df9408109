"""No page asks the database more for more rows."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import User
from tests.console import staff, stock

pytestmark = pytest.mark.django_db
MODELS = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


@pytest.fixture
def browser(shop):
    stock.fill()
    chief = User.objects.create_superuser("chief", password="chief-password")
    browser = Client(headers={"Accept-Language": "zh-hans"})
    browser.force_login(chief, backend="django.contrib.auth.backends.ModelBackend")
    # What a process learns once: content types and keys.
    browser.get(reverse("admin:index"))
    return browser


def queries_of(browser, path):
    with CaptureQueriesContext(connection) as asked:
        staff.text(browser.get(path))
    return len(asked)


@pytest.mark.parametrize("page", ["admin:index", "admin:members_counter"])
def test_a_page_of_its_own_asks_at_most_20_times(browser, page):
    assert queries_of(browser, reverse(page)) <= staff.MOST_QUERIES


@pytest.mark.parametrize("table", MODELS)
def test_a_list_asks_at_most_20_times(browser, table):
    assert queries_of(browser, reverse(f"admin:{table}_changelist")) <= staff.MOST_QUERIES


@pytest.mark.parametrize("table", MODELS)
def test_a_row_s_page_asks_at_most_20_times(browser, table):
    app, name = table.split("_")
    model = next(one for one in admin.site._registry if one._meta.label_lower == f"{app}.{name}")
    row = model._default_manager.order_by("pk").last()
    assert row is not None, "tests/console/stock.py makes a row of each table"

    assert queries_of(browser, reverse(f"admin:{table}_change", args=[row.pk])) <= staff.MOST_QUERIES


@pytest.mark.parametrize(
    "table", ["loyalty_order", "loyalty_ledgerentry", "members_member", "members_event"]
)
def test_a_list_of_five_rows_asks_as_often_as_one_of_all(browser, table, monkeypatch):
    path = reverse(f"admin:{table}_changelist")
    page = next(
        page
        for model, page in admin.site._registry.items()
        if f"{model._meta.app_label}_{model._meta.model_name}" == table
    )
    every = queries_of(browser, path)

    monkeypatch.setattr(page, "list_per_page", 5)

    assert queries_of(browser, path) == every

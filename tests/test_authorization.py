"""Every address × every role and scope, against the matrix; an unlisted address fails."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.console import roles
from members.api import authentication
from members.models import (
    User,
)
from tests import authorization_matrix as matrix
from tests import authorized_objects, consumer_matrix, kept, world

pytestmark = pytest.mark.django_db
NOBODYS = UUID("01890000-0000-7000-8000-000000000000")
CALLS = [(name, method) for name, methods in matrix.SCOPES.items() for method in methods]


def addresses(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern, inner)
        else:
            yield f"{namespace}{pattern.name or '?'}", pattern


ADDRESSES = dict(addresses(get_resolver()))
TABLE_ADDRESSES = {
    f"admin:{table}_{page}" for table in matrix.TABLES for page in matrix.TABLE_PAGES
}


def test_every_address_has_a_row_in_the_matrix_and_every_row_an_address():
    listed = (
        matrix.OPEN
        | matrix.EVERY_OPERATOR
        | matrix.SCOPES.keys()
        | consumer_matrix.CALLS.keys()
        | matrix.DEEDS.keys()
        | TABLE_ADDRESSES
    )

    assert set(ADDRESSES) - listed == set(), "give these a row in tests/authorization_matrix.py"
    assert listed - set(ADDRESSES) == set(), "these rows have no address any more"


def view_of(name: str) -> Any:
    return getattr(ADDRESSES[name].callback, "view_class")()  # noqa: B009


def test_every_method_of_the_api_is_listed():
    allowed = {
        name: {method.upper() for method in ("get", "post", "put", "patch", "delete")}
        & set(view_of(name).allowed_methods)
        for name in [*matrix.SCOPES, *consumer_matrix.CALLS]
    }

    listed = matrix.SCOPES | consumer_matrix.CALLS
    assert allowed == {name: set(methods) for name, methods in listed.items()}


def path_of(name: str) -> str:
    parameters = dict.fromkeys(ADDRESSES[name].pattern.converters, NOBODYS)
    return reverse(name, kwargs=parameters)


@pytest.fixture(scope="module")
def opened(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[bool]:
    """The shop, opened once for all tests of a module."""
    yield from kept.shop(request, django_db_blocker, world.open_shop)


@pytest.fixture
def shop(opened: bool, keys_made: None, empty_cache: None) -> Iterator[None]:
    authentication.forget()
    if not opened:
        world.open_shop()
    yield
    authentication.forget()


def call(name: str, method: str, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return Browser().generic(
        method, path_of(name), "{}", content_type="application/json", headers=headers
    )


def test_a_channel_without_a_token_gets_401(shop):
    statuses = {(name, method): call(name, method).status_code for name, method in CALLS}

    assert statuses == dict.fromkeys(CALLS, 401)


def test_a_channel_with_every_scope_but_the_one_gets_403(shop):
    client = world.api_client()

    for name, method in CALLS:
        needed = matrix.SCOPES[name][method]
        token = world.token_of(client, scopes=set(world.EVERY_SCOPE) - needed)
        answer = call(name, method, token)
        assert (name, answer.status_code) == (name, 403)
        assert answer.json()["code"] == "insufficient_scope"
        assert set(answer.json()["scopes"].split()) == needed


def test_a_channel_with_that_scope_alone_is_let_in(shop):
    client = world.api_client()
    statuses = {
        (name, method): call(
            name, method, world.token_of(client, scopes=matrix.SCOPES[name][method])
        ).status_code
        for name, method in CALLS
    }

    # An empty body, or a member that nobody has; a list, or a code that nobody knows, is answered.
    # But no door was closed.
    open_doors = (200, 400, 404, 422, 428)
    assert {one: code for one, code in statuses.items() if code not in open_doors} == {}


def test_the_matrix_knows_every_role():
    assert set(roles.GRANTS) == matrix.STAFF


@pytest.fixture
def staff(shop: None) -> dict[str, User]:
    people = {role: world.operator(f"a-{role}", role=role) for role in matrix.STAFF}
    User.objects.update(is_staff=True)
    return {role: User.objects.get(pk=user.pk) for role, user in people.items()}


def browser_of(user: User) -> Browser:
    browser = Browser(raise_request_exception=False)
    browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


@pytest.mark.parametrize("role", sorted(matrix.STAFF))
def test_a_role_is_refused_the_lists_of_tables_that_are_not_its_own(staff, role):
    """Its own it opens in tests/console/test_roles.py, as another role with the same rights does;
    that they are its own says the next test."""
    browser = browser_of(staff[role])
    others = [table for table, pages in matrix.TABLES.items() if role not in pages.view]

    refused = {
        table: browser.get(reverse(f"admin:{table}_changelist")).status_code for table in others
    }
    assert refused == dict.fromkeys(others, 403)


@pytest.mark.parametrize("verb", ["view", "add", "change", "delete"])
def test_roles_see_add_and_change_what_the_matrix_says_and_delete_nothing(staff, verb):
    def may(role: str, page: Any) -> bool:
        request = RequestFactory().get("/")
        request.user = staff[role]
        return bool(getattr(page, f"has_{verb}_permission")(request))

    granted = {
        f"{model._meta.app_label}_{model._meta.model_name}": {
            role for role in staff if may(role, page)
        }
        for model, page in admin.site._registry.items()
    }

    assert granted == {
        table: set(getattr(pages, verb, matrix.NOBODY)) for table, pages in matrix.TABLES.items()
    }


def test_without_a_login_the_console_shows_the_login_only(shop):
    browser = Browser()
    console = matrix.EVERY_OPERATOR | TABLE_ADDRESSES | matrix.DEEDS.keys()
    closed = console - {"admin:?", "admin:logout"}

    shown = {}
    for name in closed:
        keys = ADDRESSES[name].pattern.converters or ADDRESSES[name].pattern.regex.groupindex
        path = reverse(name, kwargs={key: "members" if key == "app_label" else 1 for key in keys})
        answers = [browser.get(path), browser.post(path)]
        shown[name] = [one.status_code for one in answers if one.status_code not in (302, 405)]
        for answer in answers:
            assert "/login/" in answer.headers.get("Location", "/login/")

    assert {name: codes for name, codes in shown.items() if codes} == {}


@pytest.mark.parametrize("role", sorted(matrix.STAFF))
def test_a_role_does_its_deeds_and_no_others(staff, role):
    made = authorized_objects.objects(world.operator("somebody"))
    browser = browser_of(staff[role])

    closed = set()
    for name in matrix.DEEDS:
        keys = ADDRESSES[name].pattern.converters
        row = made.get(name.split("_")[1])
        # A page of several has a number of its own, from 1.
        path = reverse(name, kwargs={key: 1 if key == "step" else row for key in keys})
        answer = browser.get(path)
        if answer.status_code == 405:
            answer = browser.post(path)
        if answer.status_code in (403, 404):
            closed.add(name)

    assert closed == {name for name, allowed in matrix.DEEDS.items() if role not in allowed}


# What no column of ids holds, as an address spells it.
NO_IDS = ("None", "abc", "9" * 30, "1%00", "%EF%BC%91")
# Spelled as an id, of no row that there is.
NO_ROW = 7_777_777


@pytest.fixture
def chief(shop: None) -> Browser:
    user = world.operator("chief")
    User.objects.filter(pk=user.pk).update(is_superuser=True, is_staff=True)
    return browser_of(user)


def of_a_row(names: Any) -> list[str]:
    """Addresses that name a row, of a row that isn't there."""
    keys = {name: ADDRESSES[name].pattern.converters for name in names}
    return [reverse(name, kwargs=dict.fromkeys(ids, NO_ROW)) for name, ids in keys.items() if ids]


def not_missing(browser: Browser, paths: list[str]) -> dict[str, tuple[int, int]]:
    """What is answered other than by 404, where another method is none."""
    told = {path: (browser.get(path).status_code, browser.post(path).status_code) for path in paths}
    return {path: codes for path, codes in told.items() if not {404} <= {*codes} <= {404, 405}}


def test_an_id_that_no_row_can_have_is_not_found_at_any_address(chief):
    # A deed has code of its own, so each spelling is tried; the tables' pages share theirs.
    pages = enumerate(of_a_row(TABLE_ADDRESSES - matrix.DEEDS.keys()))
    spelled = [path.replace(str(NO_ROW), NO_IDS[place % len(NO_IDS)]) for place, path in pages]
    spelled += [path.replace(str(NO_ROW), one) for path in of_a_row(matrix.DEEDS) for one in NO_IDS]

    assert len(spelled) > 500
    assert not_missing(chief, spelled) == {}


def test_a_deed_on_a_row_that_is_not_there_is_not_found(chief):
    assert not_missing(chief, of_a_row(matrix.DEEDS)) == {}

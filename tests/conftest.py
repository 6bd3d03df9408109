"""What all tests stand on: the database as the app's role, processes that don't meet, keys.

Servers come from the environment: `make test` starts throw-away ones, and a `DATABASE_URL` and
`REDIS_URL` of your own do as well.
"""

import gc
import os
from collections.abc import Iterator
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from celery import current_app
from django.conf import settings as regulars_settings
from django.core.cache import cache
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.test import TransactionTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from members.sealing import blind, keys
from members.services import database_roles
from members.services import keys as key_service
from tests import emptying, kept, order

# A Redis server has sixteen databases.
REDIS_DATABASES = 16


def pytest_configure() -> None:
    """Before anything has connected: each process of pytest-xdist gets a Redis database of its
    own, and passwords a fast hash, since no test is about how slow a hash is."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        regulars_settings.REDIS_URL = _shifted(regulars_settings.REDIS_URL, by=int(worker[2:]))
        regulars_settings.CACHES["default"]["LOCATION"] = regulars_settings.REDIS_URL
        current_app.conf.broker_url = regulars_settings.REDIS_URL
    regulars_settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "members.api.oauth.LongSecretHasher",
    ]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    order.longest_first(items)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported stays to the end: looking through it again and again for garbage is a
    tenth of the time of all tests."""
    kept.look_for_commits(session.items)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _shifted(url: str, *, by: int) -> str:
    parts = urlsplit(url)
    number = (int(parts.path.strip("/") or 0) + by) % REDIS_DATABASES
    return parts._replace(path=f"/{number}").geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The owner has made the test database; tests use it as the app does, with its rights alone."""
    with django_db_blocker.unblock():
        database_roles.grant(role=regulars_settings.DATABASE_APP_ROLE)
        connections.close_all()
    connection_created.connect(_as_the_app)
    yield
    connection_created.disconnect(_as_the_app)
    with django_db_blocker.unblock():
        connections.close_all()


def _as_the_app(connection: BaseDatabaseWrapper, **_said: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{regulars_settings.DATABASE_APP_ROLE}"')


@pytest.fixture
def as_owner(db: None) -> Iterator[None]:
    """For what only the owner may: to make tables, to take guards away."""
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    yield
    # A transaction that is rolled back takes this back by itself.
    if not connection.in_atomic_block:
        _as_the_app(connection)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database is made, and migrated, by the owner; the app's role may not."""
    owner = urlsplit(os.environ.get("DATABASE_OWNER_URL", ""))
    if owner.username:
        connections["default"].settings_dict.update(
            USER=unquote(owner.username), PASSWORD=unquote(owner.password or "")
        )
    template = os.environ.get("REGULARS_TEST_TEMPLATE")
    if template:
        creation: Any = connections["default"].creation
        creation.create_test_db = partial(_copied, creation, template)


def _copied(creation: Any, template: str, **_options: Any) -> str:
    """A copy of a database that is migrated already, in place of migrating one more."""
    connection, name = creation.connection, creation._get_test_db_name()
    connection.close()
    with creation._nodb_cursor() as cursor:
        quoted = connection.ops.quote_name(name)
        cursor.execute(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {quoted} TEMPLATE {connection.ops.quote_name(template)}")
    connection.settings_dict["NAME"] = regulars_settings.DATABASES["default"]["NAME"] = name
    connection.ensure_connection()
    return str(name)


@pytest.fixture(scope="session", autouse=True)
def _emptied_by_deleting() -> Iterator[None]:
    """Tests with real commits are cleaned up by `emptying`."""
    plain = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = emptying.fixture_teardown
    yield
    TransactionTestCase._fixture_teardown = plain


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_once() -> Iterator[None]:
    """Each test's client builds the middleware anew, and that looked through some hundred files
    every time: a fourteenth of the time of all tests."""
    plain = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, Any] = {}

    def once(middleware: WhiteNoiseMiddleware) -> None:
        if not found:
            plain(middleware)
            found.update(middleware.files)
        middleware.files.update(found)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(scope="module", autouse=True)
def _settings_are_left_alone() -> Iterator[None]:
    """What the rows of a module, or the product, assign to the settings would hold for whatever
    this process tests next."""
    before = dict(vars(regulars_settings._wrapped))
    yield
    after = vars(regulars_settings._wrapped)
    assert {name for name in before | after if before.get(name) is not after.get(name)} == set()


@pytest.fixture(autouse=True)
def _files_of_this_run(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """For each test: what one assigns to the settings themselves is gone with it."""
    settings.MEDIA_ROOT = str(tmp_path_factory.getbasetemp() / "media")


@pytest.fixture
def keys_made(db: None) -> Iterator[None]:
    """Keys of this test's own database; what the process knew of others is forgotten."""
    keys.forget()
    blind.forget()
    if not kept.has_keys():
        key_service.init()
    yield
    keys.forget()
    blind.forget()


@pytest.fixture
def empty_cache() -> Iterator[None]:
    """A cache without what other tests left in it: throttles, lockouts, codes."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """A process keeps what it compiled and looked up; another test has another database."""
    kept.forget()

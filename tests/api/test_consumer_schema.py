"""The schema tells the calls of apps and members, and no input that it allows breaks one."""

import re
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import given, settings

from tests import consumer_matrix, consumers, world
from tests.api.test_schema import BRIEF, CHECKS
from tests.test_authorization import ADDRESSES

pytestmark = pytest.mark.django_db
FEW = settings(BRIEF, max_examples=3)


def path_of(name):
    return "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(ADDRESSES[name].pattern))


CALLS = [
    (path_of(name), method)
    for table in (consumer_matrix.APPS, consumer_matrix.OWN)
    for name, methods in table.items()
    for method in methods
]


@cache
def described():
    """Read once: it takes seconds."""
    return schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application())


def test_the_schema_tells_which_calls_are_an_app_s_and_which_a_member_s(phone):
    told: dict[str, set[tuple[Any, str]]] = {"app": set(), "member": set()}
    for path, methods in described().raw_schema["paths"].items():
        for method, operation in methods.items():
            for name in told.keys() & operation.get("security", [{}])[0].keys():
                told[name].add((path, method.upper()))

    listed = {
        kind: {(path_of(name), method) for name, methods in table.items() for method in methods}
        for kind, table in (("app", consumer_matrix.APPS), ("member", consumer_matrix.OWN))
    }
    assert told == listed


@pytest.fixture
def phone(keys_made, empty_cache):
    """A member whose requests stay in the test's transaction."""
    world.open_shop()
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield consumers.logged_in(world.register(world.ALICE))[0]
    for signal in signals:
        signal.connect(close_old_connections)


def test_no_input_that_the_schema_allows_breaks_a_call(phone):
    headers = {
        "Authorization": f"Bearer {phone.token}",
        "X-Client-Id": phone.client.client_id,
    }

    def tried(path, method):
        @FEW
        @given(case=described()[path][method].as_strategy())
        def call(case):
            answer = case.call(headers=headers)
            case.validate_response(answer, checks=CHECKS)

        call()

    for path, method in CALLS:
        operation = described().raw_schema["paths"][path][method.lower()]
        if operation.get("parameters") or operation.get("requestBody"):
            tried(path, method)

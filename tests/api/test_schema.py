"""The schema tells all of the API, its page asks no other host, and no input breaks a call."""

import functools
import re

import pytest
import schemathesis
import yaml
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client as Browser
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests import authorization_matrix as matrix
from tests import world
from tests.test_authorization import ADDRESSES

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]
BRIEF = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
OPERATIONS = [
    ("/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(ADDRESSES[name].pattern)), method)
    for name, methods in matrix.SCOPES.items()
    for method in methods
    if name in ADDRESSES
]


def schema():
    answer = Browser().get("/api/v1/schema", headers={"Accept": "application/yaml"})
    assert answer.status_code == 200
    return yaml.safe_load(answer.content)


def test_the_schema_tells_every_call_and_its_scopes(db):
    told = {
        (operation["operationId"], method.upper(), *operation["security"][0]["oauth2"])
        for path, methods in schema()["paths"].items()
        if path != "/api/v1/schema"
        for method, operation in methods.items()
        if "oauth2" in operation["security"][0]
    }
    listed = [
        (method, *scopes)
        for methods in matrix.SCOPES.values()
        for method, scopes in methods.items()
    ]

    assert sorted(one[1:] for one in told) == sorted(listed)
    assert schema()["openapi"].startswith("3.1")


def test_every_write_of_the_schema_takes_an_idempotency_key(db):
    reads = {
        "look_up_member",
        "preview_refund",
        "preview_refund_by_number",
        "validate_coupon",
        "quote_cart",
        # A code is good once, a refresh token too; logging out bears a repeat.
        "request_code",
        "verify_code",
        "refresh_tokens",
        "log_out",
    }
    for methods in schema()["paths"].values():
        post = methods.get("post")
        if post and post["operationId"] not in reads:
            names = {parameter["name"] for parameter in post["parameters"]}
            assert "Idempotency-Key" in names, post["operationId"]


def test_the_page_of_the_api_loads_nothing_from_elsewhere_and_runs_nothing_inline(db):
    page = Browser().get("/api/docs/").content.decode()

    assert re.findall(r"""(?:src|href)=["'](?!/)[^"']+""", page) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", page) == []
    assert "/static/drf_spectacular_sidecar/swagger-ui-dist/" in page


@pytest.fixture
def calls(keys_made, empty_cache):
    """A till whose requests stay in the test's transaction, as with Django's own test client."""
    world.open_shop()
    world.register(world.ALICE)
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield world.till()
    for signal in signals:
        signal.connect(close_old_connections)


@functools.cache
def described():
    """Described once: that takes longer than to call an operation."""
    return schemathesis.openapi.from_wsgi("/api/v1/schema", get_wsgi_application())


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_input_that_the_schema_allows_breaks_a_call(calls, path, method):
    @BRIEF
    @given(case=described()[path][method].as_strategy())
    def call(case):
        answer = case.call(headers={"Authorization": f"Bearer {calls.token}"})
        case.validate_response(answer, checks=CHECKS)

    call()

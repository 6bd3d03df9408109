"""One id per request, in and out."""

import pytest
import structlog
from django.http import HttpResponse
from django.test import RequestFactory

from config.request_ids import RequestIdMiddleware


def answered(**headers: str) -> tuple[HttpResponse, dict[str, str]]:
    seen: dict[str, str] = {}

    def view(request):
        seen["attribute"] = request.request_id
        seen["header"] = request.headers["X-Request-Id"]
        seen["log"] = structlog.contextvars.get_contextvars()["request_id"]
        return HttpResponse("ok")

    return RequestIdMiddleware(view)(RequestFactory().get("/", headers=headers)), seen


def test_a_sane_id_comes_back_and_is_known_everywhere():
    response, seen = answered(**{"X-Request-Id": "till-7:0042.a"})
    assert response["X-Request-Id"] == "till-7:0042.a"
    assert set(seen.values()) == {"till-7:0042.a"}


@pytest.mark.parametrize("bad", ["", "a b", "x" * 65, 'a"},{"forged', "编号", "a\nb"])
def test_an_id_that_could_forge_a_log_line_is_replaced(bad):
    response, seen = answered(**{"X-Request-Id": bad})
    assert len(response["X-Request-Id"]) == 32
    assert response["X-Request-Id"] != bad
    assert set(seen.values()) == {response["X-Request-Id"]}


def test_two_requests_without_an_id_get_two():
    assert answered()[0]["X-Request-Id"] != answered()[0]["X-Request-Id"]


def test_nothing_of_a_request_stays_for_the_next():
    answered(**{"X-Request-Id": "first"})
    assert "request_id" not in structlog.contextvars.get_contextvars()

"""Every refusal is a problem document with a stable code, in the reader's language."""

import json

import pytest
from django.test import Client as Browser

from members.api import members as member_views
from tests import world

pytestmark = pytest.mark.django_db
FIELDS = {"type", "title", "status", "detail", "code", "errors", "request_id"}


def problem_of(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    document = answer.json()
    assert document.keys() >= FIELDS
    assert document["status"] == answer.status_code
    assert document["type"] == f"urn:regulars:problem:{document['code']}"
    assert document["request_id"] == answer.headers["X-Request-Id"]
    return document


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({"nmae": "x"}, "unknown_field", "#/nmae"),
        (
            {"identities": [{"type": "phone", "value": "1", "x": 1}]},
            "unknown_field",
            "#/identities/0/x",
        ),
        ({}, "missing_field", "#/identities"),
        ({"identities": []}, "wrong_length", "#/identities"),
        ({"identities": [{"type": "fax", "value": "1"}]}, "unknown_value", "#/identities/0/type"),
        ({"identities": [{"type": "phone", "value": 1}]}, "wrong_type", "#/identities/0/value"),
        (
            {"identities": [{"type": "phone", "value": "1"}], "birthday": "17.5."},
            "invalid_instant",
            "#/birthday",
        ),
        (
            {"identities": [{"type": "phone", "value": "1"}], "referrer": "me"},
            "invalid_id",
            "#/referrer",
        ),
        (
            {"identities": [{"type": "phone", "value": "1"}], "name": "a\u0000b"},
            "invalid_character",
            "#",
        ),
    ],
)
def test_a_faulty_body_is_422_with_a_pointer_to_the_field(till, body, code, pointer):
    document = problem_of(till.post("members", body))

    assert (document["status"], document["code"]) == (422, "invalid")
    assert [(one["code"], one["pointer"]) for one in document["errors"]] == [(code, pointer)]


def test_an_invalid_phone_is_422_and_not_quoted(till):
    answer = till.post("members", {"identities": [{"type": "phone", "value": "138-0013"}]})

    document = problem_of(answer)
    assert (document["status"], document["code"]) == (422, "invalid_identity")
    assert (document["kind"], document["reason"]) == ("PHONE", "not_in_numbering_plan")
    assert "138-0013" not in answer.content.decode()


@pytest.mark.parametrize("body", ["{", '{"identities": [', "\xff", '{"name": NaN}', "{" * 100_000])
def test_a_body_that_is_no_json_is_400(till, body):
    headers = till._headers({"Idempotency-Key": "k"})
    answer = till.browser.post(
        "/api/v1/members", body.encode("latin-1"), content_type="application/json", headers=headers
    )

    assert (answer.status_code, problem_of(answer)["code"]) == (400, "malformed_body")


def test_a_form_is_415(till):
    headers = till._headers({"Idempotency-Key": "k"})
    answer = till.browser.post("/api/v1/members", {"name": "x"}, headers=headers)

    assert (answer.status_code, problem_of(answer)["code"]) == (415, "unsupported_media_type")


def test_a_body_of_more_than_four_megabytes_is_413(till):
    body = {"identities": [{"type": "phone", "value": "1"}], "name": "x" * 4_200_000}

    answer = till.post("members", body)

    assert (answer.status_code, problem_of(answer)["code"]) == (413, "body_too_large")


def test_an_unknown_address_is_a_404_problem_and_a_page_outside_the_api(shop):
    browser = Browser()

    assert problem_of(browser.get("/api/v1/nothing"))["code"] == "not_found"
    assert problem_of(browser.get("/api/nothing"))["code"] == "not_found"
    assert browser.get("/nothing").headers["Content-Type"].startswith("text/html")


def test_a_wrong_method_is_405(till):
    answer = till.get("members/lookup")

    assert (answer.status_code, problem_of(answer)["code"]) == (405, "method_not_allowed")


def test_text_follows_the_reader_and_the_code_does_not(till):
    till.language = "zh-Hans"
    chinese = problem_of(till.get("members/01890000-0000-7000-8000-000000000000"))
    till.language = "en"
    english = problem_of(till.get("members/01890000-0000-7000-8000-000000000000"))

    assert chinese["code"] == english["code"] == "not_found"
    assert english["title"] == "There is no such thing, or it is not yours to see."
    assert chinese["title"] != english["title"]


def test_something_broken_is_a_500_problem_that_tells_nothing(till, alice, monkeypatch):
    def broken(**_):
        raise RuntimeError("secret of 13800138000")

    monkeypatch.setattr(member_views.profile_selectors, "by_uid", broken)

    answer = till.get(f"members/{alice.uid}")

    assert (answer.status_code, problem_of(answer)["code"]) == (500, "server_error")
    assert "secret" not in answer.content.decode()


def test_the_request_id_of_the_caller_comes_back(till):
    answer = till.get("members/01890000-0000-7000-8000-000000000000", X_Request_Id="till-7:42")

    assert answer.headers["X-Request-Id"] == "till-7:42"
    assert json.loads(answer.content)["request_id"] == "till-7:42"


def test_without_a_token_401_names_the_scheme(shop):
    answer = Browser().get("/api/v1/members/01890000-0000-7000-8000-000000000000")

    assert (answer.status_code, problem_of(answer)["code"]) == (401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_missing_scope_is_403_and_named(shop):
    till = world.till(scopes=["members:read"])

    answer = till.post("members", {})

    document = problem_of(answer)
    assert (document["status"], document["code"]) == (403, "insufficient_scope")
    assert document["scopes"] == "members:write"
    assert 'scope="members:write"' in answer.headers["WWW-Authenticate"]

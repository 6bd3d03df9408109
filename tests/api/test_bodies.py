"""Bodies are read strictly, and each fault has a stable code and a place."""

from datetime import UTC, datetime
from typing import Annotated

import pytest
from django.utils import translation
from msgspec import Meta

from members.api import bodies, problems


class Parcel(bodies.Strict):
    sent_at: bodies.Instant | None = None
    weight: Annotated[int, Meta(ge=1, le=100)] = 1
    code: Annotated[str, Meta(pattern="^[A-Z]+$")] = "A"
    labels: dict[str, str] = {}
    parts: list["Parcel"] = []
    note: Annotated[str, Meta(min_length=1, max_length=3)] = "-"


def fault(body: str) -> tuple[int, str, str]:
    with pytest.raises(problems.Refused) as refusal:
        bodies.decode(body.encode(), Parcel)
    (error,) = refusal.value.problem.errors
    return refusal.value.problem.status, error["code"], error["pointer"]


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ('{"sent_at": "2026-03-02T14:00:00"}', "naive_instant", "#/sent_at"),
        ('{"sent_at": "yesterday"}', "invalid_instant", "#/sent_at"),
        ('{"sent_at": "2026-02-30T14:00:00Z"}', "invalid_instant", "#/sent_at"),
        ('{"weight": 0}', "out_of_range", "#/weight"),
        ('{"weight": 101}', "out_of_range", "#/weight"),
        ('{"weight": 1.5}', "wrong_type", "#/weight"),
        ('{"weight": "1"}', "wrong_type", "#/weight"),
        ('{"weight": null}', "wrong_type", "#/weight"),
        ('{"weight": 99999999999999999999999}', "out_of_range", "#/weight"),
        ('{"code": "a"}', "invalid_format", "#/code"),
        ('{"labels": {"a": 1}}', "wrong_type", "#/labels/..."),
        (
            '{"parts": [{}, {"parts": [{"wieght": 1}]}]}',
            "unknown_field",
            "#/parts/1/parts/0/wieght",
        ),
        ('{"code": "A\\u0000"}', "invalid_format", "#/code"),
        ('{"labels": {"a": "\\u0000"}}', "invalid_character", "#"),
        ("[]", "wrong_type", "#"),
    ],
)
def test_a_fault_has_a_code_and_a_place(body, code, pointer):
    assert fault(body) == (422, code, pointer)


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"weight": 0}', "At least 1."),
        ('{"weight": 101}', "At most 100."),
        ('{"weight": "1"}', "This is to be a whole number."),
        ('{"sent_at": 5}', "This is to be an instant as text."),
        ('{"parts": {}}', "This is to be a list."),
        ('{"note": ""}', "This must not be empty."),
        ('{"note": "abcd"}', "At most 3 characters."),
        ("[]", "This is to be an object."),
    ],
)
def test_a_fault_says_how_to_mend_it(body, detail):
    with translation.override("en"), pytest.raises(problems.Refused) as refusal:
        bodies.decode(body.encode(), Parcel)

    assert refusal.value.problem.errors[0]["detail"] == detail


@pytest.mark.parametrize(
    "body", ['{"code": "\\ud800"}', '{"code": "\udcff"}', "", "nul", '{"code": "A"} x']
)
def test_what_is_no_json_is_malformed(body):
    with pytest.raises(problems.Refused) as refusal:
        bodies.decode(body.encode("utf-8", "surrogateescape"), Parcel)

    assert (refusal.value.problem.status, refusal.value.problem.code) == (400, "malformed_body")


def test_an_instant_keeps_its_meaning_whatever_its_offset():
    read = bodies.decode(b'{"sent_at": "2026-03-02T14:00:00+08:00"}', Parcel)

    assert read.sent_at == datetime(2026, 3, 2, 6, tzinfo=UTC)

"""Reports that are garbled, or of another age: the door never breaks; what is readable counts."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns.models import Delivery, ParkedReceipt, Receipt
from campaigns.services import parked_receipts, provider_reports
from members.models import Consent
from tests import world
from tests.campaigns.shop import NOW, enroll, queued

pytestmark = pytest.mark.django_db
PHONE = "+8613800138000"


@pytest.fixture(autouse=True)
def quiet(empty_cache):
    """Rates begin anew."""


@pytest.fixture
def text(campaign):
    member = enroll(email="", phone=PHONE, consents=world.yes("SMS"))
    at = timezone.now() - timedelta(minutes=1)
    more = {"state": "SENT", "claimed_at": at, "sent_at": at, "provider_ref": "s-1"}
    return queued(campaign, member, "SMS", **more)


def post(client, told, *, provider="sms-tc3"):
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    secret = provider_reports.secret_of(provider)
    path = f"/receipts/{provider}/{secret}/"
    return client.post(path, body, content_type="application/json").status_code


def report(**told):
    said = {
        "user_receive_time": "2026-03-02 14:00:05",
        "nationcode": "86",
        "mobile": "13800138000",
        "report_status": "SUCCESS",
        "errmsg": "DELIVRD",
        "sid": "s-1",
    }
    return said | told


def answer(**told):
    return {"mobile": "13800138000", "nationcode": "86", "text": "T", "time": 1_772_430_000} | told


@pytest.mark.parametrize(
    "told",
    [
        {"sid": "s\x00-2"},
        {"sid": "s\ud800"},
        {"sid": "x" * 5_000},
        {"sid": ["s-1"]},
        {"sid": None},
        {"report_status": "FAIL", "errmsg": "MI:\x00013"},
        {"report_status": "FAIL", "errmsg": "\udfff" * 500},
        {"report_status": "FAIL", "errmsg": {"a": 1}},
        {"user_receive_time": "0001-01-01 00:00:00"},
        {"user_receive_time": "9999-12-31 23:59:59"},
        {"user_receive_time": "0001-01-01T00:00:00+23:59"},
        {"user_receive_time": "9999-12-31T23:59:59-23:59"},
        {"user_receive_time": None},
        {"user_receive_time": ""},
        {"user_receive_time": "yesterday"},
        {"report_status": ["SUCCESS"]},
    ],
)
def test_no_report_breaks_the_door_or_what_is_read_behind_it(client, text, told):
    assert post(client, [report(**told)]) in (200, 403)

    # What was kept can be read again, by the door and by who looks at it.
    assert post(client, [report(), report(sid="s-9")]) == 200
    list(ParkedReceipt.objects.all())
    list(Receipt.objects.all())
    parked_receipts.settle(at=timezone.now())
    assert Delivery.objects.get(pk=text.pk).state == "DELIVERED"


@pytest.mark.parametrize(
    "told",
    [
        {"mobile": "138\x0000138000"},
        {"mobile": "\ud800"},
        {"mobile": None},
        {"mobile": ["13800138000"]},
        {"nationcode": "x" * 10_000},
        {"text": None},
        {"text": "\x00"},
        {"text": "\ud800"},
        {"text": {"T": "T"}},
        {"time": -62_135_596_800},
        {"time": 0},
        {"time": -1},
        {"time": 253_402_300_799},
        {"time": "1772430000"},
        {"time": True},
    ],
)
def test_no_answer_breaks_the_door_or_what_is_read_behind_it(client, text, told):
    assert post(client, answer(**told)) in (200, 403)

    list(Consent.objects.all())
    list(Receipt.objects.all())
    assert post(client, answer()) == 200


def test_one_garbled_report_takes_none_of_the_others_along(client, text):
    garbled = [report(sid="x", report_status="MAYBE"), {}, 7, None, "s"]
    assert post(client, [*garbled, report()]) == 200

    assert Delivery.objects.get(pk=text.pk).state == "DELIVERED"


def test_a_report_without_an_instant_is_of_now(client, text):
    for _ in range(2):
        post(client, [report(user_receive_time=None)])

    assert Receipt.objects.count() == 1
    row = Delivery.objects.get(pk=text.pk)
    assert row.state == "DELIVERED"
    assert row.delivered_at is not None
    assert row.delivered_at > NOW


def test_a_thousand_at_once_of_which_each_comes_twice(client, text):
    many = [report(sid=f"s-{number}") for number in range(500)]

    assert post(client, many + many) == 200
    assert (Receipt.objects.count(), ParkedReceipt.objects.count()) == (1, 499)
    assert post(client, many + many + [report()]) == 403
    assert post(client, b"[" + b"1," * 3_000_000 + b"1]") == 413

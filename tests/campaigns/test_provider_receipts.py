"""What gateways and WeChat tell of messages: believed only where the call proves who makes it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.services import provider_reports
from campaigns.transports import basic_receipts, tc3_receipts, wechat_events
from campaigns.transports.contract import Call, Untrusted
from campaigns.transports.receivers import RECEIVERS
from tests.campaigns import sms_gateway, wechat_server

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.fixture
def basic(settings):
    settings.SMS_RECEIPTS_URL = sms_gateway.RECEIPTS_URL
    settings.SMS_RECEIPTS_SECRET = sms_gateway.SECRET


def report(**told):
    body, headers = sms_gateway.report(**told)
    return Call(body=body, headers=headers, at=AT)


@pytest.mark.parametrize(
    ("status", "code", "kind", "is_permanent"),
    [
        ("delivered", "", "DELIVERED", False),
        ("undelivered", "30003", "BOUNCED", False),
        ("undelivered", "30005", "BOUNCED", True),
        ("failed", "21610", "BOUNCED", True),
        ("read", "", "OPENED", False),
    ],
)
def test_the_gateway_of_free_texts_tells_what_became_of_a_text(
    basic, status, code, kind, is_permanent
):
    told = {"MessageSid": "SM1", "MessageStatus": status, "ErrorCode": code, "To": "+86138"}

    (receipt,) = basic_receipts.parse(report(**told))

    assert (receipt.provider_ref, receipt.kind, receipt.detail) == ("SM1", kind, code)
    assert (receipt.is_permanent, receipt.occurred_at) == (is_permanent, AT)
    assert receipt.external_id == f"SM1:{status}"


def test_a_text_on_its_way_is_no_news(basic):
    for status in ("accepted", "queued", "sending", "sent", "new-status"):
        assert basic_receipts.parse(report(MessageSid="SM1", MessageStatus=status)) == []


def test_a_report_of_another_hand_or_for_another_address_is_not_believed(basic, settings):
    call = report(MessageSid="SM1", MessageStatus="delivered")
    forged = [
        replace(call, body=call.body.replace(b"delivered", b"failed")),
        replace(call, headers={}),
        replace(call, body=b"\xff"),
        replace(call, body=b""),
    ]
    for one in forged:
        with pytest.raises(Untrusted):
            basic_receipts.parse(one)

    settings.SMS_RECEIPTS_URL = "https://elsewhere.example/"
    with pytest.raises(Untrusted):
        basic_receipts.parse(call)
    settings.SMS_RECEIPTS_URL, settings.SMS_RECEIPTS_SECRET = sms_gateway.RECEIPTS_URL, ""
    with pytest.raises(Untrusted):
        basic_receipts.parse(call)


def test_the_signature_is_that_of_the_protocols_own_example():
    """Source: https://www.twilio.com/docs/usage/security (validating requests, the example)."""
    pairs = [
        ("CallSid", "CA1234567890ABCDE"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
    ]

    told = basic_receipts.signature(
        url="https://mycompany.com/myapp.php?foo=1&bar=2", pairs=pairs, secret="12345"
    )

    assert told == "0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_the_gateway_of_approved_texts_tells_many_at_once_in_its_countrys_time():
    body = json.dumps(
        [
            {
                "user_receive_time": "2015-10-17 08:03:04",
                "nationcode": "86",
                "mobile": "13800138000",
                "report_status": "SUCCESS",
                "errmsg": "DELIVRD",
                "description": "用户短信送达成功",
                "sid": "serial-1",
            },
            {
                "user_receive_time": "2015-10-17 08:03:05",
                "nationcode": "86",
                "mobile": "13800138001",
                "report_status": "FAIL",
                "errmsg": "MI:0013",
                "description": "关机",
                "sid": "serial-2",
            },
        ]
    ).encode()

    arrived, failed = tc3_receipts.parse(Call(body=body, headers={}, at=AT))

    assert (arrived.provider_ref, arrived.kind, arrived.detail) == ("serial-1", "DELIVERED", "")
    assert arrived.occurred_at == datetime(2015, 10, 17, 0, 3, 4, tzinfo=UTC)
    assert (failed.provider_ref, failed.kind, failed.detail) == ("serial-2", "BOUNCED", "MI:0013")
    assert not RECEIVERS["sms-tc3"].is_signed


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[1]", b'[{"sid": "1"}]', b'[{"report_status": "MAYBE", "sid": "1"}]', b"\xff"],
)
def test_what_is_not_of_the_gateways_form_is_not_believed(body):
    with pytest.raises(Untrusted):
        tc3_receipts.parse(Call(body=body, headers={}, at=AT))


@pytest.fixture
def wechat(settings):
    settings.WECHAT_APP_ID = wechat_server.APP_ID
    settings.WECHAT_EVENT_TOKEN = wechat_server.EVENT_TOKEN
    settings.WECHAT_EVENT_KEY = wechat_server.EVENT_KEY


def event(kind, entries, *, at=AT, **more):
    told = {
        "ToUserName": "gh_1",
        "FromUserName": "oAlice",
        "CreateTime": str(int(at.timestamp())),
        "MsgType": "event",
        "Event": kind,
        "List": entries,
    }
    body, query = wechat_server.posted(told, at=int(at.timestamp()), **more)
    return Call(body=body, headers={}, query=query, at=AT)


def sent(code, number="1864323726461255680"):
    return {"TemplateId": "t", "MsgID": number, "ErrorCode": code, "ErrorStatus": "success"}


def test_wechat_tells_whether_a_message_arrived_alone_or_in_a_list(wechat):
    (arrived,) = wechat_events.parse(event("subscribe_msg_sent_event", sent("0")))
    assert (arrived.provider_ref, arrived.kind) == ("1864323726461255680", "DELIVERED")
    assert arrived.occurred_at == AT

    both = wechat_events.parse(event("subscribe_msg_sent_event", [sent("0"), sent("3", "9")]))
    assert [(one.kind, one.detail) for one in both] == [("DELIVERED", ""), ("BOUNCED", "3")]


def test_wechat_tells_which_messages_a_member_grants_and_takes_back(wechat):
    asked = event(
        "subscribe_msg_popup_event",
        [
            {"TemplateId": "t-1", "SubscribeStatusString": "accept", "PopupScene": "0"},
            {"TemplateId": "t-2", "SubscribeStatusString": "reject", "PopupScene": "0"},
        ],
    )
    granted = [(one.template, one.granted_count) for one in wechat_events.credits_of(asked)]
    assert granted == [("t-1", 1), ("t-2", 0)]
    assert wechat_events.parse(asked) == []
    once, again = (wechat_events.credits_of(asked)[0].external_id for _ in range(2))
    assert once == again

    changed = event(
        "subscribe_msg_change_event", {"TemplateId": "t-1", "SubscribeStatusString": "reject"}
    )
    (taken_back,) = wechat_events.credits_of(changed)
    assert (taken_back.identity, taken_back.granted_count) == ("oAlice", 0)


def test_an_event_of_another_hand_application_or_time_is_not_believed(wechat, settings):
    call = event("subscribe_msg_sent_event", sent("0"))
    another = event("subscribe_msg_sent_event", sent("1"))
    forged = [
        replace(call, body=another.body),
        replace(call, query={**call.query, "nonce": "78"}),
        replace(call, query={}),
        replace(call, body=b"{}"),
        replace(call, body=b"[]"),
        replace(call, at=AT + timedelta(hours=1)),
        event("subscribe_msg_sent_event", sent("0"), app_id="wx-another"),
        event("subscribe_msg_sent_event", "nothing"),
    ]
    for one in forged:
        with pytest.raises(Untrusted):
            wechat_events.parse(one)

    settings.WECHAT_EVENT_TOKEN = ""
    with pytest.raises(Untrusted):
        wechat_events.parse(call)


def test_the_first_call_of_wechat_is_answered_when_it_is_signed(wechat):
    query = wechat_server.query(at=int(AT.timestamp()))
    call = Call(body=b"", headers={}, query={**query, "echostr": "4375120948345356249"}, at=AT)

    assert wechat_events.greet(call) == b"4375120948345356249"
    with pytest.raises(Untrusted):
        wechat_events.greet(replace(call, query={**call.query, "signature": "0" * 40}))


def test_the_safe_mode_is_that_of_wechats_own_example(wechat, settings):
    """Source: https://developers.weixin.qq.com/doc/oplatform/developers/dev/push/encryption.md."""
    settings.WECHAT_APP_ID = "wxba5fad812f8e6fb9"
    sealed = (
        "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQ"
        "qcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZ"
        "uMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWy"
        "gb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
    )
    call = Call(
        body=json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": sealed}).encode(),
        headers={},
        query={
            "timestamp": "1714112445",
            "nonce": "415670741",
            "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
        },
        at=datetime.fromtimestamp(1_714_112_446, tz=UTC),
    )

    assert wechat_events._opened(call)["debug_str"] == "hello world"
    assert wechat_events.parse(call) == []


def test_operators_read_where_each_provider_reports(settings):
    settings.PUBLIC_URL = ""
    with pytest.raises(CommandError, match="PUBLIC_URL"):
        call_command("provider_addresses")

    settings.PUBLIC_URL = "https://m.shop.example"
    told = StringIO()
    call_command("provider_addresses", stdout=told)

    mails, provider, secret = (
        provider_reports.secret_of(one) for one in ("email", "mail-provider", "sms-tc3")
    )
    assert told.getvalue().splitlines() == [
        f"email: https://m.shop.example/receipts/email/{mails}/",
        f"mail-provider: https://m.shop.example/receipts/mail-provider/{provider}/",
        f"sms-tc3: https://m.shop.example/receipts/sms-tc3/{secret}/",
        "sms-basic: https://m.shop.example/receipts/sms-basic/",
        "wechat: https://m.shop.example/receipts/wechat/",
        "push: https://m.shop.example/receipts/push/",
    ]

"""Subscription messages: an approved template, granted one by one, under a token that ends."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache

from campaigns.transports import wechat, wechat_token
from campaigns.transports.contract import AnswerLost, Message, NotGranted, NotSent, Refused
from tests.campaigns.provider_server import HANG_UP, KEEP_SILENT
from tests.campaigns.wechat_server import APP_ID, OPENID, TEMPLATE, WechatServer

MESSAGE = Message(
    send_key="e7:s1",
    wire_key="0195-uid",
    address=OPENID,
    subject="",
    body="",
    template=TEMPLATE,
    fields={"thing1": "积分快过期了", "number2": "500"},
    page="pages/points",
)


@pytest.fixture
def server(settings):
    with WechatServer() as server:
        for name, value in server.settings().items():
            setattr(settings, name, value)
        settings.WECHAT_TIMEOUT_SECONDS = 2.0
        forget()
        yield server
    forget()


def forget():
    cache.delete_many([f"wechat:{APP_ID}:{what}" for what in ("token", "lock", "forced")])


def test_a_message_fills_its_template_and_gets_wechats_number(server):
    assert wechat.send(MESSAGE) == "1864323726461255000"

    assert server.taken[0].json == {
        "touser": OPENID,
        "template_id": TEMPLATE,
        "page": "pages/points",
        "miniprogram_state": "formal",
        "lang": "zh_CN",
        "data": {"thing1": {"value": "积分快过期了"}, "number2": {"value": "500"}},
    }


def test_one_token_serves_all_messages_and_eight_threads_ask_for_it_once(server):
    with ThreadPoolExecutor(wechat.TRANSPORT.concurrency) as pool:
        list(pool.map(wechat.send, [MESSAGE] * 16))

    assert len(server.taken) == 16
    assert server.asked == [False]


def test_a_token_that_ended_early_is_exchanged_and_the_message_goes_out_once(server):
    wechat.send(MESSAGE)
    server.tokens = 2

    wechat.send(MESSAGE)

    assert (len(server.taken), server.asked) == (2, [False, False])


def test_a_token_that_is_refused_though_it_should_hold_is_forced_once_a_minute(server):
    wechat.send(MESSAGE)
    server.refuses_token = True

    for _ in range(3):
        with pytest.raises(NotSent):
            wechat.send(MESSAGE)

    assert len(server.taken) == 1
    assert server.asked.count(True) == 1


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (43101, NotGranted),
        (40003, Refused),
        (40037, Refused),
        (41030, Refused),
        (47003, Refused),
        (-1, NotSent),
        (45009, NotSent),
        (43107, NotSent),
        (43108, NotSent),
    ],
)
def test_what_the_code_says_about_the_message(server, code, error):
    server.faults = [(200, {"errcode": code, "errmsg": "no"})]

    with pytest.raises(error) as caught:
        wechat.send(MESSAGE)

    assert type(caught.value) is error
    assert server.taken == []


def test_a_member_who_granted_one_gets_one(server):
    server.granted = 1
    wechat.send(MESSAGE)

    with pytest.raises(NotGranted):
        wechat.send(MESSAGE)

    assert len(server.taken) == 1


@pytest.mark.parametrize("fault", [HANG_UP, KEEP_SILENT])
def test_a_message_whose_answer_is_lost_may_have_been_taken(server, settings, fault):
    wechat_token.current()
    settings.WECHAT_TIMEOUT_SECONDS = 0.3
    server.faults = [fault]

    with pytest.raises(AnswerLost):
        wechat.send(MESSAGE)

    assert len(server.taken) == 1


@pytest.mark.parametrize("answer", [(500, {}), (200, b"<html>"), (200, {}), (200, [1])])
def test_an_answer_that_says_nothing_leaves_it_open(server, answer):
    server.faults = [answer]

    with pytest.raises(AnswerLost):
        wechat.send(MESSAGE)


@pytest.mark.parametrize(
    ("name", "value"),
    [("WECHAT_APP_SECRET", "another"), ("WECHAT_URL", "http://127.0.0.1:9")],
)
def test_without_a_token_nothing_went_out(server, settings, name, value):
    setattr(settings, name, value)

    with pytest.raises(NotSent):
        wechat.send(MESSAGE)

    assert server.taken == []


def test_a_message_without_a_template_is_refused_before_anybody_is_called(server):
    with pytest.raises(Refused):
        wechat.send(Message(send_key="k", address=OPENID, subject="", body="Hello"))

    assert server.asked == []


def test_what_is_missing_is_named(server, settings):
    assert wechat.lacks() == []

    settings.WECHAT_APP_SECRET = ""
    settings.WECHAT_URL = "http://api.weixin.qq.com"
    assert wechat.lacks() == ["WECHAT_APP_SECRET", "WECHAT_URL"]

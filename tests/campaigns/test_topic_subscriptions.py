"""Amazon's notification service asks whether it may post here: we say yes to it and nobody else."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest

from campaigns.transports import mail_provider_reports, outbound, topic_subscriptions
from campaigns.transports.contract import AnswerLost, Call, Untrusted

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
TOPIC = "arn:aws:sns:ap-southeast-1:123456789012:mails"
TOKEN = "2336412f37fb687f5d51e6e2425f004aeb2d"


@pytest.fixture(autouse=True)
def ses(settings):
    settings.EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"


@pytest.fixture
def asked(monkeypatch):
    """The world outside: what it was asked for, and its answer."""
    asked = []

    def get(url, *, timeout):
        asked.append(url)
        return 200

    monkeypatch.setattr(outbound, "get", get)
    return asked


def call(*, kind="SubscriptionConfirmation", **told):
    said = {
        "Type": kind,
        "TopicArn": TOPIC,
        "Token": TOKEN,
        # Never followed, wherever it leads.
        "SubscribeURL": "https://169.254.169.254/latest/meta-data/",
        **told,
    }
    headers = {"x-amz-sns-message-type": "SubscriptionConfirmation"}
    return Call(body=json.dumps(said).encode(), headers=headers, at=AT)


def test_the_topic_that_asks_is_told_yes_where_its_name_says(asked):
    assert mail_provider_reports.parse(call()) == []

    (url,) = asked
    place, _, query = url.partition("?")
    assert place == "https://sns.ap-southeast-1.amazonaws.com/"
    assert dict(parse_qsl(query)) == {
        "Action": "ConfirmSubscription",
        "TopicArn": TOPIC,
        "Token": TOKEN,
    }


def test_a_topic_in_china_is_told_in_china():
    told = call(TopicArn=TOPIC.replace("arn:aws:sns:ap-southeast-1", "arn:aws-cn:sns:cn-north-1"))

    assert topic_subscriptions.address(told).startswith("https://sns.cn-north-1.amazonaws.com.cn/?")


@pytest.mark.parametrize(
    "told",
    [
        {"TopicArn": "arn:aws:sns:evil.example/:123456789012:x"},
        {"TopicArn": "arn:aws:sns:us-east-1.evil.example:123456789012:x"},
        {"TopicArn": TOPIC + "&Action=Unsubscribe"},
        {"TopicArn": TOPIC + "\n"},
        {"TopicArn": None},
        {"TopicArn": [TOPIC]},
        {"Token": "x&y=1"},
        {"Token": ""},
        {"kind": "Notification"},
    ],
)
def test_what_is_no_topics_question_leads_nowhere(asked, told):
    with pytest.raises(Untrusted):
        mail_provider_reports.parse(call(**told))
    assert asked == []


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"null", b"{}"])
def test_what_is_not_of_the_form_leads_nowhere(asked, body):
    headers = {"x-amz-sns-message-type": "SubscriptionConfirmation"}
    with pytest.raises(Untrusted):
        mail_provider_reports.parse(Call(body=body, headers=headers, at=AT))
    assert asked == []


def test_by_another_provider_nobody_is_told_yes(asked, settings):
    settings.EMAIL_BACKEND = "tests.campaigns.mail_provider.backends.pigeon.EmailBackend"

    with pytest.raises(Untrusted):
        mail_provider_reports.parse(call())
    assert asked == []


def test_a_yes_that_is_not_taken_is_asked_for_again(monkeypatch):
    def get(url, *, timeout):
        raise AnswerLost("TimeoutError")

    monkeypatch.setattr(outbound, "get", get)
    with pytest.raises(Untrusted):
        mail_provider_reports.parse(call())
    monkeypatch.setattr(outbound, "get", lambda url, *, timeout: 404)
    with pytest.raises(Untrusted):
        mail_provider_reports.parse(call())

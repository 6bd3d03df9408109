"""Amazon SES reports by a topic of Amazon's notification service, which first asks whether it may.

The package that reads its reports says yes only to who knows a password, which the service sends
when it is asked for one, and with keys of the account. Here the address holds a secret already:
whoever posts there was told it. Where to say yes is made up from the topic's own name, never from
an address in the post, so that nobody sends us anywhere else.
Source: https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html and
https://docs.aws.amazon.com/sns/latest/api/API_ConfirmSubscription.html
"""

import json
import re
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings

from campaigns.transports import outbound
from campaigns.transports.contract import AnswerLost, Call, NotSent, Refused, Untrusted

_BACKEND = ".amazon_ses."
_ASKS = "SubscriptionConfirmation"
_HEADER = "x-amz-sns-message-type"
_TOPIC = re.compile(
    r"arn:(?P<partition>aws|aws-cn):sns:(?P<region>[a-z]{2}(?:-[a-z]{1,20}){1,3}-\d{1,2}):\d{12}:"
    r"[A-Za-z0-9_.-]{1,260}"
)
_TOKEN = re.compile(r"[0-9a-f]{16,1000}")
_TIMEOUT_SECONDS = 5.0


def is_asked(call: Call) -> bool:
    """Whether the service asks if it may post here; only where mails leave by Amazon SES."""
    return call.headers.get(_HEADER) == _ASKS and _BACKEND in settings.EMAIL_BACKEND


def confirm(call: Call) -> None:
    """Says yes. Raises: Untrusted, for what isn't of the form, or isn't taken: it asks again."""
    url = address(call)
    try:
        status = outbound.get(url, timeout=_TIMEOUT_SECONDS)
    except (NotSent, AnswerLost, Refused) as error:
        raise Untrusted(str(error)) from None
    if status != HTTPStatus.OK:
        raise Untrusted(f"HTTP {status}")


def address(call: Call) -> str:
    """Where to say yes to the topic that the post names. Raises: Untrusted."""
    try:
        told = json.loads(call.body)
        name, token, kind = told["TopicArn"], told["Token"], told["Type"]
        topic, is_token = _TOPIC.fullmatch(name), _TOKEN.fullmatch(token)
    except (ValueError, KeyError, TypeError) as error:
        raise Untrusted(type(error).__name__) from None
    if kind != _ASKS or topic is None or is_token is None:
        raise Untrusted("no topic")
    end = ".cn" if topic["partition"] == "aws-cn" else ""
    asked = {"Action": "ConfirmSubscription", "TopicArn": name, "Token": token}
    return f"https://sns.{topic['region']}.amazonaws.com{end}/?{urlencode(asked)}"

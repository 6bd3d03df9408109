"""What a log must not hold."""

import json
import logging
from io import StringIO

from django.conf import settings


def test_a_refused_call_is_logged_without_the_coupons_code():
    said = _logged(
        "Not Found: /api/v1/coupons/7KQMZ2XW94RT/lock",
        "Not Found: /api/v1/members/01a2/coupons",
    )

    assert "7KQMZ2XW94RT" not in said
    assert json.loads(said.splitlines()[0])["event"] == "Not Found: /api/v1/coupons/…/lock"
    assert "/api/v1/members/01a2/coupons" in said


def test_secrets_and_tokens_of_addresses_are_not_logged():
    said = _logged(
        "Forbidden: /receipts/sms-tc3/oiq2X6m-agCe_fr0zQCQVEnZ/",
        '"GET /m/u/AAAAAAAAAAAAAAAAAAAAAAAA HTTP/1.1" 404 659',
        "Not Found: /m/o/AAAAAAAAAAAAAAAAAAAAAAAA.gif",
        "Forbidden: /receipts/wechat/?timestamp=1",
    )

    assert [json.loads(line)["event"] for line in said.splitlines()] == [
        "Forbidden: /receipts/sms-tc3/…/",
        '"GET /m/u/… HTTP/1.1" 404 659',
        "Not Found: /m/o/…",
        "Forbidden: /receipts/wechat/?timestamp=1",
    ]


def _logged(*texts):
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(settings.LOGGING["formatters"]["json"]))
    logger = logging.getLogger("tests.codes")
    logger.propagate = False
    logger.addHandler(handler)
    for text in texts:
        logger.warning("%s", text)
    logger.removeHandler(handler)
    return stream.getvalue()


def _formatter(options):
    options = dict(options)
    return options.pop("()")(**options)

"""What a log must not hold."""

import json
import logging
from io import StringIO

from django.conf import settings


def test_a_refused_call_is_logged_without_the_coupons_code():
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(settings.LOGGING["formatters"]["json"]))
    logger = logging.getLogger("tests.codes")
    logger.addHandler(handler)
    logger.propagate = False

    logger.warning("Not Found: %s", "/api/v1/coupons/7KQMZ2XW94RT/lock")
    logger.warning("Not Found: /api/v1/members/01a2/coupons")

    said = stream.getvalue()
    assert "7KQMZ2XW94RT" not in said
    assert json.loads(said.splitlines()[0])["event"] == "Not Found: /api/v1/coupons/…/lock"
    assert "/api/v1/members/01a2/coupons" in said


def _formatter(options):
    options = dict(options)
    return options.pop("()")(**options)

"""Codes by SMS when everything comes at once: tries, uses, requests, senders."""

from datetime import timedelta

import pytest

from members.errors import DomainError
from members.models import Member, OneTimeCode
from members.services import guesses, member_logins, one_time_codes, sms_codes
from members.services.members import Registration
from members.services.one_time_codes import Asking
from tests import consumers
from tests.concurrency import processes
from tests.loyalty.till import NOW

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "13600136000"
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def asking(shop, settings, monkeypatch):
    settings.GUESSES_PER_SUBJECT = settings.GUESSES_PER_CALLER = 1_000
    monkeypatch.setattr(guesses, "_server", guesses._Server())
    return Asking(phone=PHONE, client_id=consumers.app(channel="pos").pk)


def outcome(call):
    try:
        return call()
    except DomainError as refused:
        return refused.code


def test_of_eighty_tries_five_are_compared_and_of_four_log_ins_at_once_one_comes_in(asking):
    def guess(_number):
        for _ in range(10):
            outcome(lambda: one_time_codes.check(asking=asking, code="x", at=NOW))

    def come_in(_number):
        return outcome(
            lambda: (
                member_logins.by_code(
                    asking=asking, code=code, registration=Registration(channel="pos"), at=LATER
                ).is_new
            )
        )

    one_time_codes.request(asking=asking, at=NOW)
    processes.at_once(guess, processes=8)
    assert OneTimeCode.objects.get().tries == 5
    one_time_codes.request(asking=asking, at=LATER)
    code = OneTimeCode.objects.latest("pk").code
    told = processes.at_once(come_in, processes=4)

    assert sorted(map(str, told)) == ["True"] + ["wrong_code"] * 3
    assert Member.objects.count() == 1


def test_of_eight_requests_at_once_one_code_is_made_and_four_senders_take_each_code_once(
    asking, settings
):
    def ask(_number):
        return outcome(lambda: one_time_codes.request(asking=asking, at=NOW))

    told = processes.at_once(ask, processes=8)
    for number in range(11):
        one = Asking(phone=f"136001361{number:02}", client_id=asking.client_id)
        one_time_codes.request(asking=one, at=NOW)
    sent = processes.at_once(lambda _: sms_codes.send_due(at=NOW, limit=5), processes=4)

    assert sorted(map(str, told)) == ["None"] + ["too_many_codes"] * 7
    assert sum(sent) == 12
    assert set(OneTimeCode.objects.values_list("sending", flat=True)) == {"SENT"}

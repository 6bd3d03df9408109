"""Codes by SMS: five minutes, five tries, one use, and the same for numbers that nobody has."""

from datetime import timedelta
from statistics import median
from time import perf_counter

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.api import throttling
from members.models import Identity, Member, MemberSession, OneTimeCode
from members.services import sms_codes
from tests import consumers, world

pytestmark = pytest.mark.django_db
NEW_PHONE = "136 0013 6000"


@pytest.fixture
def phone(shop):
    with time_machine.travel(world.NOW, tick=False):
        yield consumers.phone()


def ask(phone, number=world.ALICE_PHONE):
    answer = phone.post("auth/otp", {"phone": number})
    assert answer.status_code == 202, answer.content
    return consumers.code_for(phone.client)


def verify(phone, code, number=world.ALICE_PHONE, **more):
    return phone.post("auth/otp/verify", {"phone": number, "code": code, **more})


def wrong(code):
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_member_logs_in_with_the_code_and_the_phone_is_verified(phone, bob):
    code = ask(phone, "+86 139-0013-9000")

    answer = verify(phone, code, "１３９００１３９０００")

    assert answer.status_code == 200
    told = answer.json()
    assert (told["member"], told["is_new"]) == (str(bob.uid), False)
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 1_800)
    assert told["refresh_expires_in"] == 30 * 86_400
    assert answer.headers["Cache-Control"] == "no-store"
    assert Identity.objects.get(kind="PHONE", member=bob).verified_at == world.NOW
    phone.token = told["access_token"]
    assert phone.get("me").json()["name"] == "Bob Stone"


def test_who_has_no_membership_joins_by_it_with_what_they_tell(phone):
    told = verify(
        phone,
        ask(phone, NEW_PHONE),
        NEW_PHONE,
        registration={
            "name": "李雷",
            "store": "SH01",
            "consents": [
                {
                    "purpose": "marketing",
                    "medium": "push",
                    "is_granted": True,
                    "policy_version": "2026-01",
                }
            ],
        },
    )

    assert (told.status_code, told.json()["is_new"]) == (201, True)
    member = Member.objects.get(uid=told.json()["member"])
    assert (member.name, member.channel.code, member.store.code) == ("李雷", "mini", "SH01")
    phone.token = told.json()["access_token"]
    assert [one["medium"] for one in phone.get("me/consents").json()["consents"]] == ["push"]
    assert phone.get("me/account").json()["tier"]["code"]


def test_the_sixth_try_fails_even_if_it_is_right(phone, alice):
    code = ask(phone)

    tries = [verify(phone, wrong(code)) for _ in range(5)]
    sixth = verify(phone, code)

    assert {answer.json()["code"] for answer in [*tries, sixth]} == {"wrong_code"}
    assert {answer.status_code for answer in [*tries, sixth]} == {422}
    assert not MemberSession.objects.exists()
    assert OneTimeCode.objects.get().tries == 5


def test_the_fifth_try_may_still_be_right(phone, alice):
    code = ask(phone)

    for _ in range(4):
        verify(phone, wrong(code))

    assert verify(phone, code).status_code == 200


def test_a_code_is_good_for_one_use_and_for_five_minutes(phone, alice):
    code = ask(phone)
    assert verify(phone, code).status_code == 200
    assert verify(phone, code).json()["code"] == "wrong_code"

    with time_machine.travel(world.NOW + timedelta(minutes=2), tick=False):
        late = ask(phone)
    with time_machine.travel(world.NOW + timedelta(minutes=7), tick=False):
        assert verify(phone, late).json()["code"] == "wrong_code"


def test_a_new_code_ends_the_one_before(phone, alice):
    first = ask(phone)
    with time_machine.travel(world.NOW + timedelta(minutes=1), tick=False):
        second = ask(phone)
        assert first == second or verify(phone, first).json()["code"] == "wrong_code"
        assert verify(phone, second).status_code == 200


def test_a_code_of_one_app_is_none_in_another(phone, alice):
    code = ask(phone)
    other = consumers.phone(consumers.app(source="other"))

    assert verify(other, code).json()["code"] == "wrong_code"
    assert verify(phone, code).status_code == 200


def test_after_ten_wrong_codes_the_phone_waits_whatever_code_it_has(phone, alice):
    for minute in range(2):
        with time_machine.travel(world.NOW + timedelta(minutes=minute), tick=False):
            code = ask(phone)
            for _ in range(5):
                verify(phone, wrong(code))
    with time_machine.travel(world.NOW + timedelta(minutes=2), tick=False):
        held_up = verify(phone, ask(phone))

    assert (held_up.status_code, held_up.json()["code"]) == (429, "too_many_guesses")
    assert int(held_up.headers["Retry-After"]) > 0


def test_a_refusal_after_the_right_code_leaves_it_usable(phone):
    code = ask(phone, NEW_PHONE)

    refused = verify(phone, code, NEW_PHONE, registration={"store": "NOWHERE"})

    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_store")
    assert not Member.objects.exists()
    assert verify(phone, code, NEW_PHONE, registration={"store": "SH01"}).status_code == 201


@pytest.mark.parametrize("number", ["123", "+1 800 FLOWERS", "not a phone"])
def test_what_is_no_phone_is_said_to_be_none(phone, number):
    answer = phone.post("auth/otp", {"phone": number})

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_identity")
    assert not OneTimeCode.objects.exists()


def test_a_phone_gets_one_code_a_minute_five_an_hour_and_ten_a_day(phone, alice):
    def asked_at(minute, number=world.ALICE_PHONE):
        with time_machine.travel(world.NOW + timedelta(minutes=minute), tick=False):
            return phone.post("auth/otp", {"phone": number})

    def waits(minute):
        answer = asked_at(minute, "+8613800138000")
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_codes")
        return int(answer.headers["Retry-After"])

    for minute in (0, 1, 2, 3, 4):
        assert asked_at(minute).status_code == 202
        assert waits(minute) == (60 if minute < 4 else 56 * 60)
    assert (waits(5), waits(59)) == (55 * 60, 60)
    for minute in (60, 61, 62, 63, 64):
        assert asked_at(minute).status_code == 202
    assert waits(200) == (24 * 60 - 200) * 60
    assert asked_at(200, world.BOB_PHONE).status_code == 202
    assert asked_at(24 * 60).status_code == 202
    assert OneTimeCode.objects.count() == 12


def test_one_address_and_one_app_ask_for_no_more_codes_than_their_limits(phone, settings):
    settings.CODES_PER_ADDRESS_HOUR = 6
    numbers = [f"138001380{number:02}" for number in range(4)]

    answers = [phone.post("auth/otp", {"phone": number}) for number in numbers]

    assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
    assert answers[-1].json()["code"] == "throttled"
    settings.CODES_PER_ADDRESS_HOUR, settings.CODES_PER_APP_HOUR = 1_000, 3
    assert phone.post("auth/otp", {"phone": numbers[2]}).status_code == 429
    assert OneTimeCode.objects.count() == 2


def test_without_redis_no_code_is_sent_and_one_that_came_lets_in(
    phone, alice, settings, monkeypatch
):
    code = ask(phone)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(throttling, "_server", throttling._Server())

    refused = phone.post("auth/otp", {"phone": world.BOB_PHONE})

    assert (refused.status_code, refused.json()["code"]) == (503, "rates_unavailable")
    assert refused.headers["Retry-After"] == "5"
    assert OneTimeCode.objects.count() == 1
    assert verify(phone, code).status_code == 200


def test_without_a_provider_nobody_is_told_that_a_code_comes(phone, settings):
    settings.SMS_PROVIDER = ""

    refused = phone.post("auth/otp", {"phone": world.ALICE_PHONE})

    assert (refused.status_code, refused.json()["code"]) == (503, "sms_not_set_up")


def test_codes_go_only_to_countries_that_are_served(phone, settings):
    settings.SMS_COUNTRIES = ["CN", "HK"]

    assert phone.post("auth/otp", {"phone": "+44 7400 123456"}).json()["code"] == (
        "phone_not_served"
    )
    assert phone.post("auth/otp", {"phone": "+852 5123 4567"}).status_code == 202


# Known and unknown numbers


def _asked(call):
    with CaptureQueriesContext(connection) as queries:
        answer = call()
    return answer, len(queries)


def test_known_and_unknown_numbers_get_the_same_answers_by_the_same_statements(phone, alice):
    known, unknown = world.ALICE_PHONE, NEW_PHONE

    asked = [_asked(lambda n=n: phone.post("auth/otp", {"phone": n})) for n in (known, unknown)]
    tried = [
        _asked(lambda n=n: verify(phone, "000000x", n)) for n in (known, unknown, "13500135000")
    ]

    assert asked[0][0].content == asked[1][0].content
    assert asked[0][1] == asked[1][1]
    bodies = [{**answer.json(), "request_id": ""} for answer, _count in tried]
    assert bodies[0] == bodies[1] == bodies[2]
    assert {count for _answer, count in tried} == {tried[0][1]}
    assert not [
        query
        for query in _statements(lambda: phone.post("auth/otp", {"phone": "13400134000"}))
        if "members_identity" in query or 'members_member"' in query
    ]


def _statements(call):
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"] for query in queries.captured_queries]


def test_known_and_unknown_numbers_are_answered_in_the_same_time(phone):
    known = [f"1380013{number:04}" for number in range(12)]
    unknown = [f"1370013{number:04}" for number in range(12)]
    for number in known:
        world.register(
            world.members.Registration(identities=(world.IdentityClaim("PHONE", number),))
        )
    seconds: dict[str, list[float]] = {"known": [], "unknown": []}
    for one, other in zip(known, unknown, strict=True):
        for name, number in (("known", one), ("unknown", other)):
            start = perf_counter()
            phone.post("auth/otp", {"phone": number})
            verify(phone, "000000", number)
            seconds[name].append(perf_counter() - start)

    ratio = median(seconds["known"]) / median(seconds["unknown"])
    assert 0.5 < ratio < 2


# What is kept


def test_neither_code_nor_phone_is_kept_in_clear_nor_longer_than_needed(phone, alice):
    code = ask(phone)
    with connection.cursor() as cursor:
        cursor.execute("SELECT one::text FROM members_onetimecode AS one")
        row = cursor.fetchone()[0]
    assert code not in row
    assert code.encode().hex() not in row
    assert "13800138000" not in row

    assert sms_codes.send_due(at=world.NOW) == 1

    sent = OneTimeCode.objects.get()
    assert (sent.sending, sent.phone, sent.code) == ("SENT", "", "")
    assert verify(phone, code).status_code == 200

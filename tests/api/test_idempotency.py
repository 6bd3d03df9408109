"""A write that comes twice has one effect and one answer."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from members.models import Consent, IdempotencyKey, Member
from members.services import idempotency
from members.services.idempotency import Answer, Attempt, InFlight
from tests import world
from tests.parallel import at_once

pytestmark = pytest.mark.django_db
JOIN = {"identities": [{"type": "phone", "value": "13800138000"}], "name": "张爱丽"}
YES = {"purpose": "marketing", "medium": "sms", "is_granted": True, "policy_version": "1"}


def test_a_repeat_gets_the_first_answer_to_the_byte(till):
    first = till.post("members", JOIN, key="k-1")
    again = till.post("members", JOIN, key="k-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Member.objects.count() == 1


def test_a_repeat_has_no_second_effect(till, alice):
    path, body = f"members/{alice.uid}/consents", {"consents": [YES]}

    for _ in range(3):
        assert till.post(path, body, key="k-1").status_code == 201

    assert Consent.objects.count() == 1


def test_another_body_under_the_same_key_is_422(till, alice):
    path = f"members/{alice.uid}/consents"
    till.post(path, {"consents": [YES]}, key="k-1")

    other = till.post(path, {"consents": [{**YES, "medium": "email"}]}, key="k-1")

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert [row.medium for row in Consent.objects.all()] == ["SMS"]


def test_another_path_under_the_same_key_is_422(till, alice, bob):
    body = {"consents": [YES]}
    till.post(f"members/{alice.uid}/consents", body, key="k-1")

    other = till.post(f"members/{bob.uid}/consents", body, key="k-1")

    assert other.json()["code"] == "idempotency_key_reused"
    assert not bob.consents.exists()


def test_two_clients_may_use_the_same_key(till, alice):
    other = world.till(source="shop")
    path, body = f"members/{alice.uid}/consents", {"consents": [YES]}

    answers = [caller.post(path, body, key="k-1") for caller in (till, other)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert Consent.objects.count() == 2


@pytest.mark.parametrize("key", ["", "two words", "schlüssel", "k" * 256])
def test_a_key_that_is_none_is_400(till, key):
    headers = till._headers({"Idempotency-Key": key})
    answer = till.browser.post(
        "/api/v1/members", JOIN, content_type="application/json", headers=headers
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_invalid")
    assert not Member.objects.exists()


def test_a_write_without_a_key_is_done_and_keeps_no_answer(till):
    statuses = [
        till.browser.post(
            "/api/v1/members", JOIN, content_type="application/json", headers=till._headers({})
        ).status_code
        for _ in range(2)
    ]

    assert statuses == [201, 200]
    assert Member.objects.count() == 1
    assert not IdempotencyKey.objects.exists()


def test_a_refusal_is_not_kept_so_that_the_mended_request_may_use_the_key(till):
    refused = till.post("members", {**JOIN, "store": "XX"}, key="k-1")
    mended = till.post("members", JOIN, key="k-1")

    assert (refused.status_code, mended.status_code) == (422, 201)
    assert IdempotencyKey.objects.count() == 1


def test_a_crash_is_not_kept_and_leaves_no_effect(till, monkeypatch):
    from members.api import members as view

    def broken(**_):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(view.profile_selectors, "of", broken)
        crashed = till.post("members", JOIN, key="k-1")
    assert (crashed.status_code, Member.objects.count()) == (500, 0)

    assert till.post("members", JOIN, key="k-1").status_code == 201


def test_the_kept_answer_is_sealed_with_the_members_key(till):
    till.post("members", JOIN, key="k-1")

    with connection.cursor() as cursor:
        cursor.execute("SELECT answer, member_id FROM members_idempotencykey")
        stored, member_id = cursor.fetchone()

    assert member_id == Member.objects.get().pk
    assert "张爱丽".encode() not in bytes(stored)
    assert json.loads(IdempotencyKey.objects.get().answer)["name"] == "张爱丽"


def test_answers_are_kept_for_seven_days(till):
    till.post("members", JOIN, key="k-1")
    kept = IdempotencyKey.objects.get().created_at

    assert idempotency.forget_old(at=kept + timedelta(days=7)) == 0
    assert idempotency.forget_old(at=kept + timedelta(days=7, seconds=1)) == 1


def test_a_replay_takes_two_queries_besides_the_token(till, django_assert_num_queries):
    till.post("members", JOIN, key="k-1")

    with django_assert_num_queries(2 + 2):  # a savepoint of the test's transaction
        till.post("members", JOIN, key="k-1")


@pytest.mark.django_db(transaction=True)
def test_the_same_request_ten_times_at_once_has_one_effect(till):
    alice = world.register(world.ALICE)
    attempt = Attempt(till.client.pk, "k-1", b"f" * 32)

    def effect():
        Consent.objects.create(
            member=alice,
            purpose="MARKETING",
            medium="SMS",
            is_granted=True,
            policy_version="1",
            source="till",
            occurred_at=world.NOW,
            recorded_at=world.NOW,
        )
        return Answer(201, b'{"done": true}', alice)

    def send():
        return idempotency.once(attempt=attempt, at=timezone.now(), effect=effect)

    answers = at_once(*[send] * 10)

    assert {type(answer) for answer in answers} <= {Answer, InFlight}
    given = [answer for answer in answers if isinstance(answer, Answer)]
    assert {answer.body for answer in given} == {b'{"done": true}'}
    assert sum(not answer.is_replay for answer in given) == 1
    assert Consent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_while_the_first_is_at_work_the_second_is_told_to_wait(till):
    attempt = Attempt(till.client.pk, "k-1", b"f" * 32)

    with transaction.atomic():
        assert idempotency.replay(attempt=attempt) is None
        (answer,) = at_once(lambda: idempotency.replay(attempt=attempt))

    assert isinstance(answer, InFlight)
    assert (answer.status, answer.retry_after_seconds) == (409, 1)

"""A form that is sent twice has its effect once, also when both come at once."""

import uuid

import pytest

from members.errors import NotFound, ReasonRequired
from members.models import Submission
from members.services import submissions
from tests import parallel, world

UID = uuid.UUID("0198a2c0-0000-7000-8000-000000000001")


def send(actor, do, action="test.deed", uid=UID):
    return submissions.run_once(
        uid=uid, action=action, actor_id=actor.pk, at=world.NOW, do=do, member_of=lambda done: 7
    )


@pytest.fixture
def sun(db):
    return world.operator("sun")


def test_the_first_form_has_its_effect_and_the_second_finds_whom_it_was_about(sun):
    done = []

    first = send(sun, lambda: done.append("deed") or "result")
    second = send(sun, lambda: done.append("deed") or "result")

    assert done == ["deed"]
    assert (first.is_first, first.result, first.member_id) == (True, "result", 7)
    assert (second.is_first, second.result, second.member_id) == (False, None, 7)


def test_a_refused_form_may_be_sent_again(sun):
    def refuse():
        raise ReasonRequired

    with pytest.raises(ReasonRequired):
        send(sun, refuse)

    assert Submission.objects.count() == 0
    assert send(sun, lambda: "result").is_first


def test_a_form_of_somebody_else_is_not_found(sun):
    send(sun, lambda: "result")

    with pytest.raises(NotFound):
        send(world.operator("mallory"), lambda: "result")


def test_a_form_of_another_kind_is_not_found(sun):
    send(sun, lambda: "result")

    with pytest.raises(NotFound):
        send(sun, lambda: "result", action="test.other")


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_have_one_effect():
    sun = world.operator("sun")
    done = []

    answers = parallel.at_once(*[lambda: send(sun, lambda: done.append("deed"))] * 8)

    assert done == ["deed"]
    assert sorted(answer.is_first for answer in answers) == [False] * 7 + [True]
    assert Submission.objects.count() == 1

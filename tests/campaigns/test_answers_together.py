"""Answers of providers that came in together are written together, each as it would be alone."""

import pytest

from campaigns.models import Delivery
from campaigns.services import delivery_answers
from campaigns.services.delivery_claims import Claim
from campaigns.transports.contract import Message, NotSent
from members.models import Event
from tests.campaigns.shop import NOW, enroll, queued, sent_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def claims(campaign, alice):
    """Twenty messages that are ours to hand over, of as many members."""
    everyone = [alice, *(enroll(email=f"m{number}@example.org") for number in range(19))]
    return [claimed(campaign, member, number) for number, member in enumerate(everyone)]


def claimed(campaign, member, number):
    row = queued(campaign, member, number=number, state="CLAIMED", claimed_at=NOW, attempts=1)
    return Claim(row, Message(send_key=row.send_key, address="", subject="", body=""))


def taken(claims):
    """Each with the provider's reference."""
    return [(claim, f"ref-{claim.delivery.pk}") for claim in claims]


def written():
    return {row.pk: (row.state, row.provider_ref, row.sent_at) for row in Delivery.objects.all()}


def test_twenty_are_written_with_as_many_queries_as_two(claims, django_assert_num_queries):
    first, rest = claims[:2], claims[2:]
    # A savepoint, the messages, their events.
    for some in (first, rest):
        with django_assert_num_queries(4):
            delivery_answers.settle(answers=taken(some), at=NOW)

    assert written() == {
        claim.delivery.pk: ("SENT", f"ref-{claim.delivery.pk}", NOW) for claim in claims
    }
    told = Event.objects.filter(type="campaigns.message.sent")
    assert sorted(told.values_list("member_id", flat=True)) == sorted(
        claim.delivery.member_id for claim in claims
    )


def test_whose_report_was_quicker_keeps_its_state_and_gets_its_reference(claims):
    quick, other = claims[:2]
    Delivery.objects.filter(pk=quick.delivery.pk).update(state="DELIVERED", sent_at=NOW)

    delivery_answers.settle(answers=taken([quick, other]), at=NOW)

    assert written()[quick.delivery.pk] == ("DELIVERED", f"ref-{quick.delivery.pk}", NOW)
    assert [one["delivery"] for one in sent_events()] == [str(other.delivery.uid)]


def test_a_claim_that_is_not_ours_any_more_stays_as_it_is(claims):
    again, other = claims[:2]
    Delivery.objects.filter(pk=again.delivery.pk).update(attempts=2)

    delivery_answers.settle(answers=taken([again, other]), at=NOW)

    assert written()[again.delivery.pk] == ("CLAIMED", "", None)
    assert written()[other.delivery.pk][0] == "SENT"


def test_one_that_was_not_taken_goes_its_own_way_beside_the_others(claims):
    first, second, third = claims[:3]

    answers = [*taken([first]), (second, NotSent("SMTP 421")), (third, TimeoutError())]
    delivery_answers.settle(answers=[*answers, *taken(claims[3:])], at=NOW)

    states = {pk: state for pk, (state, _ref, _sent_at) in written().items()}
    assert states.pop(second.delivery.pk) == "QUEUED"
    assert states.pop(third.delivery.pk) == "UNKNOWN"
    assert set(states.values()) == {"SENT"}


def test_where_they_cannot_be_written_together_each_is_written_by_itself(claims):
    # A number that the column doesn't hold: the statement of all of them fails.
    claims[1].delivery.attempts = 2**40

    delivery_answers.settle(answers=taken(claims[:3]), at=NOW)

    states = [written()[claim.delivery.pk][0] for claim in claims[:3]]
    assert states == ["SENT", "CLAIMED", "SENT"]

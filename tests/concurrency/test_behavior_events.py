"""The same events from many processes at once: one row each, and one owner."""

from members.models import BehaviorEvent
from members.services.behavior_events import Teller
from tests.concurrency.processes import at_once
from tests.loyalty import till
from tests.members.behaviors import told

MINI = Teller(source="mini-app", channel="pos")
PHONE = {"type": "phone", "value": "13800138000"}


def _send(*events):
    from tests.members import behaviors

    return behaviors.send(*events, teller=MINI, at=till.NOW)


def _told(external_id, **fields):
    return told(external_id, occurred_at=till.NOW, **fields)


def test_the_same_batch_twenty_times_at_once_is_recorded_once(alice):
    events = [_told(f"e-{number}", member=PHONE) for number in range(20)]

    def work(number):
        # Each in another order: two batches must not wait for each other in a ring.
        mine = events[number:] + events[:number]
        return sorted((one.external_id, one.is_replayed, str(one.answer)) for one in _send(*mine))

    answers = at_once(work, processes=20)

    assert BehaviorEvent.objects.count() == 20
    fresh = [one for answer in answers for one in answer if not one[1]]
    assert len(fresh) == 20
    assert {tuple((key, text) for key, _, text in answer) for answer in answers} == {
        tuple((key, text) for key, _, text in answers[0])
    }


def test_a_log_in_and_what_came_before_it_find_each_other(alice):
    def work(number):
        if number % 2:
            return _send(_told(f"v-{number}", visitor="v-1"))[0].error
        return _send(_told(f"login-{number}", visitor="v-1", member=PHONE))[0].error

    assert at_once(work) == [None] * 8
    assert set(BehaviorEvent.objects.values_list("member", flat=True)) == {alice.pk}

"""The rules of service cases: clock and states, without a database."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from members.rules import service_cases as rules

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def minutes(count):
    return NINE + timedelta(minutes=count)


def test_an_answer_is_due_the_topic_s_minutes_after_opening():
    assert rules.due_at(opened_at=NINE, minutes=60) == minutes(60)


@pytest.mark.parametrize(
    ("at", "left", "is_overdue"),
    [(minutes(18), 42 * 60, False), (minutes(60), 0, False), (minutes(60.5), -30, True)],
)
def test_the_clock_counts_down_and_is_overdue_after_the_due_instant(at, left, is_overdue):
    clock = rules.clock(due=minutes(60), at=at)

    assert (clock.seconds_left, clock.is_overdue) == (left, is_overdue)


def test_a_late_answer_moves_the_first_response_earlier_and_never_later():
    assert rules.first_response(known=None, answered_at=minutes(9)) == minutes(9)
    assert rules.first_response(known=minutes(9), answered_at=minutes(4)) == minutes(4)
    assert rules.first_response(known=minutes(4), answered_at=minutes(9)) == minutes(4)


def ended(facts):
    """The state after words (`m`), answers (`h`) came in this order."""
    state, spoke = rules.OPEN, {"m": NINE, "h": None}
    for who, when in facts:
        if who == "h":
            state = rules.after_answer(state, answered_at=when, member_spoke_at=spoke["m"])
        else:
            state = rules.after_word(
                state, spoken_at=when, house_spoke_at=spoke["h"], resolved_at=None
            )
        spoke[who] = max(filter(None, (spoke[who], when)))
    return state


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ((("h", minutes(5)), ("m", minutes(3)), ("m", minutes(4))), rules.ANSWERED),
        ((("h", minutes(5)), ("m", minutes(8)), ("h", minutes(6))), rules.OPEN),
        ((("h", minutes(5)), ("m", minutes(5))), rules.ANSWERED),
    ],
)
def test_words_and_answers_end_in_the_same_state_in_any_order(facts, state):
    assert {ended(order) for order in permutations(facts)} == {state}


def test_a_word_from_before_the_resolution_leaves_the_case_resolved():
    old = rules.after_word(
        rules.RESOLVED, spoken_at=minutes(9), house_spoke_at=None, resolved_at=minutes(10)
    )
    new = rules.after_word(
        rules.RESOLVED, spoken_at=minutes(11), house_spoke_at=None, resolved_at=minutes(10)
    )

    assert (old, new) == (rules.RESOLVED, rules.OPEN)


def test_an_answer_to_a_waiting_or_resolved_case_leaves_it_so():
    for state in (rules.WAITING, rules.RESOLVED):
        assert rules.after_answer(state, answered_at=minutes(9), member_spoke_at=NINE) == state

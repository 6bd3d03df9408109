"""Card numbers: 13 digits, the last of which catches mistyped ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules import cards

serials = st.integers(min_value=0, max_value=10**10 - 1)


def test_the_first_cards():
    assert cards.make(1) == "8800000000013"
    assert cards.make(2) == "8800000000021"
    assert cards.make(9_999_999_999) == "8899999999995"
    assert cards.make(7, prefix="6") == "6000000000079"


@pytest.mark.parametrize("text", ["8800000000014", "880000000001", "88000000000131", "", "８８"])
def test_what_is_no_card_number(text):
    assert not cards.is_valid(text)


@pytest.mark.parametrize(("serial", "prefix"), [(-1, "88"), (10**10, "88"), (1, ""), (1, "8a")])
def test_a_serial_or_prefix_without_place_is_refused(serial, prefix):
    with pytest.raises(ValueError, match=r"place|prefix"):
        cards.make(serial, prefix=prefix)


@given(serials)
def test_every_card_is_valid(serial):
    assert cards.is_valid(cards.make(serial))


@given(serials, st.integers(0, 12), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(serial, place, change):
    number = cards.make(serial)
    wrong = str((int(number[place]) + change) % 10)
    assert not cards.is_valid(number[:place] + wrong + number[place + 1 :])


@given(serials, st.integers(0, 11))
def test_two_swapped_neighbors_are_found_except_0_and_9(serial, place):
    number = cards.make(serial)
    pair = number[place : place + 2]
    swapped = number[:place] + pair[::-1] + number[place + 2 :]
    harmless = pair[0] == pair[1] or set(pair) == {"0", "9"}
    assert cards.is_valid(swapped) == harmless

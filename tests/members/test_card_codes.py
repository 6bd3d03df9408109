"""The code on a member's phone: sixty seconds, sealed, short. Without a database."""

from datetime import UTC, datetime, timedelta

import pytest

from members.rules import card_codes

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NOW = datetime(2026, 3, 2, 6, tzinfo=UTC)


def made(member_id=7, at=NOW):
    return card_codes.make(member_id=member_id, at=at, key=KEY)


def test_a_code_is_thirty_four_letters_and_digits_that_every_scanner_types():
    assert len(made()) == 34
    assert made().isalnum()
    assert made() == made().upper()


@pytest.mark.parametrize("member_id", [1, 7, 2**31, 2**48 - 1])
def test_a_code_says_who_and_when_however_it_is_typed(member_id):
    code = made(member_id)

    for text in (code, code.lower(), f"  {code}\n"):
        read = card_codes.read(text, key=KEY)
        assert (read.member_id, read.shown_at) == (member_id, NOW)


@pytest.mark.parametrize(
    ("seconds", "is_over"), [(-6, True), (-5, False), (0, False), (59, False), (60, True)]
)
def test_a_code_holds_for_sixty_seconds_and_clocks_may_differ_by_five(seconds, is_over):
    read = card_codes.read(made(), key=KEY)

    assert read.is_over(NOW + timedelta(seconds=seconds)) is is_over


def test_codes_of_one_member_and_of_neighbors_share_nothing():
    codes = [made(at=NOW + timedelta(seconds=number)) for number in range(50)]
    codes += [made(member_id) for member_id in range(8, 58)]

    assert len({code[2:10] for code in codes}) == 100
    assert len({code[-8:] for code in codes}) == 100


def test_no_letter_can_be_changed_and_no_other_key_makes_a_code():
    code = made()
    for place in range(2, len(code)):
        letter = "A" if code[place] != "A" else "B"
        assert card_codes.read(code[:place] + letter + code[place + 1 :], key=KEY) is None
    assert card_codes.read(code, key=OTHER_KEY) is None


@pytest.mark.parametrize(
    "text", ["", "RC", "13800138000", "张三", "RC" + "1" * 32, "XX" + "A" * 32, "RC" + "A" * 31]
)
def test_other_texts_are_no_codes(text):
    assert card_codes.read(text, key=KEY) is None
    assert card_codes.looks_like(text) is False

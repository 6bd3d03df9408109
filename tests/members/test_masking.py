"""What is shown of a value to somebody who has not asked for it with a reason."""

import pytest

from members.sealing import masking


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("PHONE", "+8613800138000", "138****8000"),
        ("PHONE", "13800138000", "138****8000"),
        ("PHONE", "+442079460958", "+44****58"),
        ("PHONE", "12345", "***"),
        ("NAME", "张三", "张*"),
        ("NAME", "欧阳娜娜", "欧*"),
        ("NAME", "John Smith", "J*** S***"),
        ("NAME", "Prince", "P***"),
        ("NAME", "", ""),
        ("EMAIL", "user@domain.example", "u***@d…"),
        ("EMAIL", "no address", "***"),
        ("CARD", "8800000000013", "****0013"),
        ("CARD", "1234", "***"),
        ("WECHAT_OPENID", "oAbCdEfGh", "****EfGh"),
        ("EXTERNAL", "7", "***"),
        ("SOMETHING", "else", "***"),
        ("SOMETHING", "", ""),
    ],
)
def test_masks(kind, value, shown):
    assert masking.mask(kind, value) == shown


def test_a_birthday_shows_only_that_there_is_one():
    assert masking.birthday("1990-02-28") == "****-**-**"
    assert masking.birthday(None) == ""

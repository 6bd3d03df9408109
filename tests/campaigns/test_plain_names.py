"""What people call themselves stands in a text as words, and leads nowhere."""

from datetime import timedelta

import pytest

from campaigns.rules import links
from campaigns.rules.plain_names import plain
from campaigns.selectors import variables
from campaigns.selectors.variables import Asked
from tests.campaigns.shop import NOW, enroll


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小梅", "王小梅"),
        ("Zoë O'Brien-Smith", "Zoë O'Brien-Smith"),
        ("古丽·阿不都", "古丽·阿不都"),
        ("J.R.R. Tolkien", "J. R. R. Tolkien"),
        ("http://bad.example/win?x=1", "http bad. example win x 1"),
        ("www.bad.example", "www. bad. example"),
        ("中奖 bad。example", "中奖 bad example"),
        ("ｈttp：／／bad．example", "ｈttp bad example"),
        ("alice@example.org", "alice example. org"),
        ("<a href='x'>A</a>", "a href 'x' A a"),
        ("Al\u202eice\u200b\x01\r\nBcc: x", "Alice Bcc x"),
        ("{{ points }}", "points"),
    ],
)
def test_a_name_is_words(name, shown):
    assert plain(name) == shown
    assert links.find(plain(name)) == []


@pytest.mark.django_db
def test_a_text_to_somebody_named_like_an_address_holds_no_link(shop):
    alice = enroll()
    alice.name = "https://bad.example/win"
    alice.save()

    (known,) = variables.variables_of_many(
        asked=[Asked(member=alice)], needed={"name"}, at=NOW + timedelta(hours=1)
    )

    assert known["name"] == "https bad. example win"


@pytest.mark.django_db
def test_who_is_named_by_signs_alone_has_no_name(shop):
    alice = enroll()
    alice.name = "://"
    alice.save()

    (known,) = variables.variables_of_many(asked=[Asked(member=alice)], needed={"name"}, at=NOW)

    assert "name" not in known

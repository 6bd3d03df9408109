"""A `quote_id` says what was promised, and nobody can change it."""

import json
import zlib
from base64 import urlsafe_b64encode

import pytest

from campaigns.services import quote_tokens
from campaigns.services.quote_tokens import BadQuote

PROMISE = {"v": 1, "payable": 15_920, "lines": [["1", "SK-100", "1", 19_900, 19_900, 15_920]]}


def test_a_token_gives_back_what_was_signed():
    assert quote_tokens.read(quote_tokens.sign(PROMISE)) == PROMISE


def test_a_token_fits_into_an_address_and_a_header():
    token = quote_tokens.sign(PROMISE)
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")


@pytest.mark.parametrize("place", [0, 10, -20, -1])
def test_a_token_with_one_other_character_is_refused(place):
    token = quote_tokens.sign(PROMISE)
    other = "A" if token[place] != "A" else "B"
    changed = token[:place] + other + (token[place + 1 :] if place != -1 else "")
    with pytest.raises(BadQuote):
        quote_tokens.read(changed)


@pytest.mark.parametrize("text", ["", ".", "abc", "a.b", "é.é", "x" * 200_001, "\x00"])
def test_what_is_no_token_is_refused(text):
    with pytest.raises(BadQuote):
        quote_tokens.read(text)


def test_a_promise_of_ones_own_making_is_refused(settings):
    packed = urlsafe_b64encode(zlib.compress(json.dumps(PROMISE).encode())).rstrip(b"=").decode()
    with pytest.raises(BadQuote):
        quote_tokens.read(f"{packed}.{'A' * 43}")
    ours = quote_tokens.sign(PROMISE)
    settings.SECRET_KEY = "another product's secret, which is as long as ours is and more"
    with pytest.raises(BadQuote):
        quote_tokens.read(ours)


def test_a_token_outlives_the_rotation_of_the_secret(settings):
    ours = quote_tokens.sign(PROMISE)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next secret, which is as long as the one before it and more"
    assert quote_tokens.read(ours) == PROMISE


def test_a_token_of_another_version_is_refused():
    with pytest.raises(BadQuote):
        quote_tokens.read(quote_tokens.sign({"v": 2}))

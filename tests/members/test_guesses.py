"""Wrong codes are counted for who tries them, and right ones are not."""

import pytest
import redis

from members.services import guesses
from members.services.guesses import Guesser, TooManyGuesses

ALICE = Guesser(caller="client:1", subject="member:7")
BOB = Guesser(caller="client:1", subject="member:8")
ELSEWHERE = Guesser(caller="client:2", subject="member:7")


@pytest.fixture(autouse=True)
def _limits(settings, empty_cache):
    settings.GUESSES_PER_CALLER, settings.GUESSES_PER_SUBJECT = 5, 3
    settings.GUESS_WINDOW_SECONDS = 60


def guess(guesser, *, wrong=1, count=1):
    with guesses.trying(guesser=guesser, count=count) as trial:
        trial.wrong(wrong)


def test_the_fourth_wrong_code_for_a_member_is_refused_until_the_window_ends():
    for _ in range(3):
        guess(ALICE)
    with pytest.raises(TooManyGuesses) as refused:
        guess(ALICE)
    assert (refused.value.status, refused.value.code) == (429, "too_many_guesses")
    assert refused.value.retry_after_seconds == 60


def test_a_right_code_does_not_count():
    for _ in range(20):
        guess(ALICE, wrong=0)
    for _ in range(3):
        guess(ALICE)
    with pytest.raises(TooManyGuesses):
        guess(ALICE, wrong=0)


def test_for_another_member_the_same_client_may_go_on_until_its_own_limit():
    for _ in range(3):
        guess(ALICE)
    guess(BOB)
    guess(BOB)
    with pytest.raises(TooManyGuesses):
        guess(Guesser(caller="client:1", subject="member:9"))


def test_who_guesses_holds_up_no_other_client():
    for _ in range(3):
        guess(ALICE)
    guess(ELSEWHERE, wrong=0)


def test_several_codes_at_once_count_by_those_that_were_wrong():
    guess(ALICE, wrong=2, count=5)
    guess(ALICE)
    with pytest.raises(TooManyGuesses):
        guess(ALICE)


def test_an_error_that_is_no_wrong_code_gives_the_try_back():
    for _ in range(9):
        with pytest.raises(KeyError), guesses.trying(guesser=ALICE):
            raise KeyError
    guess(ALICE)


def test_a_refused_try_is_not_counted_and_the_counts_lapse_by_themselves(settings):
    for _ in range(3):
        guess(ALICE)
    for _ in range(4):
        with pytest.raises(TooManyGuesses):
            guess(ALICE)
    server = redis.Redis.from_url(settings.REDIS_URL)
    assert int(server.get("guess:client:1:member:7")) == 3
    assert 0 < server.pttl("guess:client:1:member:7") <= 60_000


def test_without_redis_codes_are_tried_uncounted(settings, monkeypatch):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(guesses, "_server", guesses._Server())
    for _ in range(9):
        guess(ALICE)

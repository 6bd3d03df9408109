"""However many processes try codes at the same moment, the limit is the limit."""

import pytest

from members.services import guesses
from members.services.guesses import Guesser, TooManyGuesses
from tests.concurrency import processes

pytestmark = pytest.mark.django_db(transaction=True)
GUESSER = Guesser(caller="client:1", subject="member:7")


@pytest.fixture(autouse=True)
def _limits(settings, empty_cache):
    settings.GUESSES_PER_CALLER, settings.GUESSES_PER_SUBJECT = 1_000, 10
    settings.GUESS_WINDOW_SECONDS = 600


def answered(tries):
    """Of so many wrong codes those that were looked up."""
    count = 0
    for _ in range(tries):
        try:
            with guesses.trying(guesser=GUESSER) as trial:
                count += 1
                trial.wrong()
        except TooManyGuesses:
            continue
    return count


def test_of_four_hundred_wrong_codes_at_once_exactly_ten_are_answered():
    assert sum(processes.at_once(lambda _: answered(50), processes=8)) == 10


def test_right_codes_of_another_client_go_on_meanwhile():
    def work(number):
        if number % 2:
            return answered(50)
        other = Guesser(caller="client:2", subject="member:7")
        for _ in range(50):
            with guesses.trying(guesser=other):
                pass
        return 0

    assert sum(processes.at_once(work, processes=8)) == 10

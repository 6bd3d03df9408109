"""However many processes try codes at the same moment, the limit is the limit."""

import pytest

from loyalty.services import coupon_desk
from loyalty.services.documents import Source
from members.services import guesses
from members.services.guesses import Guesser, TooManyGuesses
from tests.concurrency import processes
from tests.loyalty.till import NOW

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


def test_of_codes_that_a_till_makes_up_in_eight_processes_ten_are_looked_up(shop):
    source = Source(name="till", client_id=1)

    def work(number):
        desk = coupon_desk.desk(
            code=f"WRONG{number}", source=source, reference=None, store="SH01", address=""
        )
        heard = []
        for _ in range(10):
            try:
                heard.append(coupon_desk.validate(desk=desk, at=NOW).refused["code"])
            except TooManyGuesses as refused:
                heard.append(refused.code)
        return heard

    heard = [one for some in processes.at_once(work, processes=8) for one in some]
    assert (heard.count("coupon_not_found"), heard.count("too_many_guesses")) == (10, 70)


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

"""Codes that are tried in quotes, so that nobody finds a right one by asking for prices.

A till quotes a cart with every item that is scanned, a mistyped code and all: the same wrong code
of the same customer counts once within the window.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.core.cache import cache

from campaigns.rules.quote_shapes import COUPON, Rejected
from members.services import guesses
from members.services.guesses import Guesser

# Whoever tries codes learns nothing more of these three than that they don't help.
WRONG = frozenset({"not_found", "not_yours", "void"})


class Trial:
    """Notes which of the codes were wrong."""

    def __init__(self, codes: Iterable[str]) -> None:
        self.codes = frozenset(codes)
        self.wrong: frozenset[str] = frozenset()

    def saw(self, rejected: Sequence[Rejected]) -> None:
        self.wrong = self.codes & {
            one.code for one in rejected if one.what == COUPON and one.reason in WRONG
        }


@contextmanager
def trying(codes: Sequence[str], guesser: Guesser | None) -> Iterator[Trial]:
    """The codes are tried; those that were not tried before and are wrong count.

    Raises: TooManyGuesses, before any code was looked up.
    """
    if guesser is None or not codes:
        yield Trial(())
        return
    keys = {code: _key(code, guesser) for code in codes}
    known = cache.get_many(keys.values())
    trial = Trial(code for code, key in keys.items() if key not in known)
    with guesses.trying(guesser=guesser, count=len(trial.codes)) as counted:
        yield trial
        counted.wrong(len(trial.wrong))
    if trial.wrong:
        told = {keys[code]: 1 for code in trial.wrong}
        cache.set_many(told, timeout=int(settings.GUESS_WINDOW_SECONDS))


def _key(code: str, guesser: Guesser) -> str:
    text = f"{guesser.caller}|{guesser.subject}|{code}"
    return f"wrong_code:{hashlib.sha256(text.encode()).hexdigest()}"

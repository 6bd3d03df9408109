"""Who brought somebody who joins: a higher app knows the codes, and keeps what comes of it.

Part of the second inversion point: filled in `apps.ready`. Source: docs/decisions/0098.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Introduction:
    """What a newcomer tells of who brought them: the code they were given, and the device and
    payment card that they come with, as the app or the till names them."""

    code: str = ""
    device: str = ""
    payment_card: str = ""


@dataclass(frozen=True, kw_only=True)
class Introduced:
    """A member who has just joined; through whom, if through somebody."""

    member_id: int
    referrer_id: int | None
    introduction: Introduction
    joined_at: datetime
    source: str


# Member ids by code, as it was typed; what leads to nobody is left out.
Find = Callable[[Collection[str]], Mapping[str, int]]
# In the transaction of the registration, which it must never refuse.
Keep = Callable[[Sequence[Introduced], datetime], None]

_keepers: list[tuple[Find, Keep]] = []


def set_keeper(*, find: Find, keep: Keep) -> None:
    """The one app that knows codes."""
    _keepers[:] = [(find, keep)]


def find(codes: Collection[str]) -> Mapping[str, int]:
    """Whom these codes lead to; nothing is asked without codes."""
    return _keepers[0][0](codes) if codes and _keepers else {}


def keep(introduced: Sequence[Introduced], at: datetime) -> None:
    """Hands over who came through whom, and with what."""
    if introduced and _keepers:
        _keepers[0][1](introduced, at)

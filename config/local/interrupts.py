"""Signals: each request to stop becomes an exception, so that the way out ends every child."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from config.local import processes

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def heed() -> None:
    for sig in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sig) != signal.SIG_IGN:
            signal.signal(sig, _interrupt)
    # A shell without job control starts background commands deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if "MAKELEVEL" in os.environ:
        # Make passes signals on, but not its own `kill -9`.
        processes.die_with_parent(signal.SIGTERM)


@contextmanager
def held_off() -> Iterator[None]:
    """While we stop our children: an impatient second Ctrl-C must not leave half of them."""
    before = {sig: signal.signal(sig, signal.SIG_IGN) for sig in STOPPING}
    try:
        yield
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)


def _interrupt(sig: int, frame: object) -> NoReturn:
    raise KeyboardInterrupt

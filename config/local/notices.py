"""What the commands say to the person at the terminal."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """The command can't go on; the message says why and how to mend it."""


def say(text: str = "") -> None:
    print(text, flush=True)


def warn(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def loudly(text: str) -> None:
    """A notice that can't be overlooked between other lines."""
    bar = "!" * 78
    say(f"{bar}\n!! {text}\n{bar}")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Announces a step, and says afterwards how many seconds it took."""
    print(f"· {name} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        say(" stopped")
        raise
    say(f" {time.monotonic() - began:.1f} s")

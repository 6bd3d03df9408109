"""The big line of the counter."""

from dataclasses import dataclass

GOOD, BAD, OPEN = "good", "bad", "open"


@dataclass(frozen=True)
class Result:
    """Green, red, or open (something is to be chosen); `reason` says why and what to do."""

    tone: str
    text: str
    reason: str = ""

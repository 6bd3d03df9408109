"""Which variant a member gets: drawn by a hash, so that anybody can draw it again.

Source: docs/algorithms/arms.md.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

BUCKETS = 10_000
CONTROL = "control"


@dataclass(frozen=True)
class Arm:
    """`share` in hundredths of a percent."""

    code: str
    share: int


def bucket(salt: str, member_id: int) -> int:
    """0–9,999: `int(sha256(f"{salt}:{member_id}")[:8 bytes], big-endian) % 10000`."""
    digest = hashlib.sha256(f"{salt}:{member_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS


def arm_of(drawn: int, *, arms: Sequence[Arm], control_share: int) -> str:
    """The code of the arm that bucket `drawn` falls into: the control has the lowest buckets, the
    arms the next ones in their order, the last one all that is left."""
    if drawn < control_share:
        return CONTROL
    edge = control_share
    for arm in arms[:-1]:
        edge += arm.share
        if drawn < edge:
            return arm.code
    return arms[-1].code if arms else "a"

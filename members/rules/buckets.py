"""Random numbers of members that never change: for samples and test groups.

Source: docs/algorithms/segments.md, "Random numbers".
"""

import hashlib
from uuid import UUID

BUCKETS = 100


def bucket(uid: UUID, *, salt: str = "") -> int:
    """0–99: `int(sha256(f"{salt}:{uid}")[:8], big-endian) % 100`; another salt draws anew."""
    digest = hashlib.sha256(f"{salt}:{uid}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % BUCKETS

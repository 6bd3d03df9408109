"""The offers that a promise counts on."""

from typing import Any

from campaigns.rules.quote_shapes import OFFER
from campaigns.services.quote_promises import Promise


def of(promise: Promise) -> list[dict[str, Any]]:
    """By code: what each takes off in all (minor units), and of which line. One that is listed
    twice counts once."""
    found: dict[str, dict[str, Any]] = {}
    for one in promise["applied"]:
        if one["what"] != OFFER:
            continue
        row = found.setdefault(
            one["code"], {"id": one["id"], "code": one["code"], "amount": 0, "lines": {}}
        )
        row["amount"] += one["amount"]
        for line_id, amount in one["lines"].items():
            row["lines"][line_id] = row["lines"].get(line_id, 0) + amount
    return [found[code] for code in sorted(found)]

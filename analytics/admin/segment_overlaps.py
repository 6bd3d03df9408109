"""How two to five segments lie over each other, as rows of a table with their bars."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from analytics.selectors import segments
from analytics.selectors.segments import Overlap
from members.admin import condition_sentences, dialogs
from members.errors import DomainError

MOST_CHOICES = 200


def told(codes: Sequence[str]) -> dict[str, Any]:
    """What the page shows of the chosen ones, or why they can't be compared."""
    living = list(segments.living()[:MOST_CHOICES])
    names = {row.code: str(row) for row in living}
    shown: dict[str, Any] = {
        "choices": [(row, row.code in codes) for row in living],
        "rows": [],
        "refusal": "",
    }
    if not codes:
        return shown
    try:
        found = segments.overlap(codes=codes)
    except DomainError as error:
        return {**shown, "refusal": dialogs.refusal(error)}
    return {
        **shown,
        "members": [(names.get(code, code), found.members[code]) for code in found.codes],
        "exactly": _rows(found, found.exactly, names, alone=_("only %(name)s")),
        "together": _rows(found, found.together, names, alone="%(name)s"),
    }


def _rows(
    found: Overlap, counts: Any, names: dict[str, str], *, alone: str
) -> list[dict[str, Any]]:
    """The most first; parts are of all members that are in any of them."""
    whole = sum(found.exactly.values())
    ordered = sorted(counts.items(), key=lambda item: (-item[1], len(item[0]), sorted(item[0])))
    return [
        {
            "name": _named([names.get(code, code) for code in found.codes if code in some], alone),
            "count": count,
            "percent": round(100 * count / whole, 1) if whole else 0,
        }
        for some, count in ordered
    ]


def _named(names: list[str], alone: str) -> str:
    return alone % {"name": names[0]} if len(names) == 1 else condition_sentences.both(names)

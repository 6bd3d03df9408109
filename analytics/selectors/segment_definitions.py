"""What segments and tags mean, down to what they are made of: told apart by short prints.

A print is of the kind and the condition of a segment, or of what gives a tag; who was put in by
hand is in none.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from analytics.models import Segment
from analytics.rules import segment_graphs as rules
from analytics.selectors.segment_graphs import segment, tag
from members.models import TagRule

# What is asked for and isn't there (any more), and a tag that nothing but hands give.
_NOTHING = ""


@dataclass(frozen=True)
class Definitions:
    """All there are: by node its print, and what it is made of."""

    prints: Mapping[str, str]
    made_of: Mapping[str, Collection[str]]

    def reached(self, nodes: Collection[str]) -> dict[str, str]:
        """The prints of these nodes, and of all that lies behind them."""
        found: dict[str, str] = {}
        ahead = sorted(nodes)
        for node in ahead:
            if node not in found:
                found[node] = self.prints.get(node, _NOTHING)
                ahead.extend(sorted(self.made_of.get(node, ())))
        return dict(sorted(found.items()))


def read() -> Definitions:
    """Two queries, however many there are."""
    prints: dict[str, str] = {}
    made_of: dict[str, set[str]] = {}
    rows = Segment.objects.values_list("code", "kind", "condition", "tag__code")
    published: dict[str, str] = {}
    for code, kind, condition, tag_code in rows:
        prints[segment(code)] = _print([kind, condition])
        made_of[segment(code)] = rules.references(condition)
        if tag_code:
            published[tag_code] = segment(code)
    given = dict(TagRule.objects.filter(is_active=True).values_list("tag__code", "condition"))
    for code in {*published, *given}:
        ways = [published.get(code), given.get(code)]
        prints[tag(code)] = _print(ways)
        made_of[tag(code)] = rules.references(ways[1]) | {one for one in ways[:1] if one}
    return Definitions(prints, made_of)


def _print(told: Any) -> str:
    """16 hexadecimal digits."""
    written = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()[:16]

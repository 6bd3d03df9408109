"""What has to be heard for challenges: asked before a dispatch is written, from memory.

The programme's version rises when one goes live or is stopped, and every order brings the version
along: so a till's process knows with its next order.
"""

from collections.abc import Iterable
from datetime import datetime

from loyalty.errors import NoProgram
from loyalty.rules import challenges as rules
from loyalty.rules.challenges import Rule
from loyalty.services import programs


def kept() -> tuple[Rule, ...]:
    """As the process knows them, without a statement; none before there is a programme."""
    try:
        return programs.kept().challenges
    except NoProgram:
        return ()


def wants_orders(occurred_at: datetime | None) -> bool:
    """Whether a challenge counts an order of then. An order of before it began may be a member's
    first, after which all others are repeat orders."""
    return any(_counts_orders(rule, occurred_at) for rule in kept() if rule.of_orders)


def _counts_orders(rule: Rule, occurred_at: datetime | None) -> bool:
    if occurred_at is None:
        return True
    is_asked = rule.counts == rules.REPEAT_ORDERS or rule.holds_at(occurred_at)
    return is_asked and rule.is_before_end(occurred_at)


def wants_refunds(occurred_at: datetime | None) -> bool:
    """Whatever counted orders, however long ago."""
    return any(rule.of_orders for rule in kept())


def wants_behaviors(occurred_at: datetime | None) -> bool:
    return _wants(kept(), rules.BEHAVIORS, occurred_at)


def wants_tiers(occurred_at: datetime | None) -> bool:
    """Also a tier that falls with a return, after the end."""
    return any(rule.counts == rules.TIER for rule in kept())


def wants_friends(occurred_at: datetime | None) -> bool:
    """A friend whose order comes back is told after the end too."""
    return any(rule.counts == rules.FRIENDS for rule in kept())


def wants_any(occurred_at: datetime | None) -> bool:
    return bool(kept())


def _wants(known: Iterable[Rule], counts: str, occurred_at: datetime | None) -> bool:
    return any(
        rule.counts == counts and (occurred_at is None or rule.holds_at(occurred_at))
        for rule in known
    )

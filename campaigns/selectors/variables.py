"""What texts may say of members: by member, by what they hold, and by what began it.

Each reader gives a group of `campaigns.registry.variables` for many at once; only those that a
text needs are asked, so that a sale's plain text reads nothing and opens no name.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from campaigns.registry import variables as registry
from campaigns.selectors import (
    account_variables,
    event_variables,
    gift_variables,
    member_variables,
    referral_variables,
)
from campaigns.selectors.asked import Asked, Moment, Reader, Variables
from loyalty.services import programs
from members.models import Event, Member

__all__ = ["MOST", "Asked", "Variables", "variables_of", "variables_of_many"]

MOST = 5_000

# In this order: what came with the event, or was given, comes before what stands now.
_READERS: tuple[tuple[Collection[str], Reader], ...] = (
    (member_variables.NAMES, member_variables.read),
    (account_variables.POINTS, account_variables.read_points),
    (account_variables.TIERS, account_variables.read_tiers),
    (account_variables.ORDERS, account_variables.read_orders),
    (referral_variables.NAMES, referral_variables.read),
    (event_variables.FIGURES, event_variables.read_figures),
    (event_variables.NAMED, event_variables.read_named),
    (event_variables.TIERS, event_variables.read_tiers),
    (event_variables.APPOINTMENTS, event_variables.read_appointments),
    (gift_variables.NAMES, gift_variables.read),
)


def variables_of_many(
    *, asked: Sequence[Asked], needed: Collection[str], at: datetime
) -> list[Variables]:
    """The variables of `needed` that are known of each, in the order asked; amounts are minor
    units, days as ISO dates. What isn't known is left out, so that a text which needs it says so.

    At most 25 queries, however many are asked, up to 5,000.
    """
    if len(asked) > MOST:
        raise ValueError(f"at most {MOST} members at once")
    moment = Moment(at, programs.current())
    always = {"currency": moment.terms.currency, "today": moment.today.isoformat()}
    found: list[Variables] = [dict(always) for _ in asked]
    for names, reader in _READERS:
        wanted = frozenset(names).intersection(needed)
        if wanted and asked:
            for known, more in zip(found, reader(asked, wanted, moment), strict=True):
                known |= {name: more[name] for name in wanted & more.keys()}
    return found


def variables_of(*, event: Event, member: Member, at: datetime) -> Variables:
    """All variables of `event` in the member's language."""
    asked = Asked(member=member, context={"event": event.pk, "payload": event.payload})
    return variables_of_many(asked=[asked], needed=registry.VARIABLES.keys(), at=at)[0]

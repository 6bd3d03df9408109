"""When members come to a step of a journey, as far as it can be known beforehand.

Source: docs/algorithms/gate.md, "The forecast".
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Arrival:
    """One member at one step. `at` is when, or the latest where `is_at_known` is false; `since`
    when the last wait was over, None where there was none.

    `share` is 1 where whatever is still open leads here, less where another way is possible:
    halves of halves, which floats hold exactly for as many steps as a journey may have.
    `is_fresh`: nothing has passed that could change what is known of the member now.
    """

    at: datetime
    since: datetime | None = None
    share: float = 1.0
    is_at_known: bool = True
    is_fresh: bool = True
    # An event may have ended it on the way.
    may_have_left: bool = False

    @property
    def is_sure(self) -> bool:
        return self.share == 1 and not self.may_have_left

    def waited(self, until: datetime, *, may_leave: bool) -> "Arrival":
        """Behind a wait that ends at `until`."""
        return replace(
            self,
            at=until,
            since=until,
            is_fresh=False,
            may_have_left=self.may_have_left or may_leave,
        )

    def heard(self, minutes: int, *, may_leave: bool) -> "Arrival":
        """On the way of an event that ends the wait at any moment before its end."""
        behind = self.waited(self.at + timedelta(minutes=minutes), may_leave=may_leave)
        return replace(behind, share=self.share / 2, is_at_known=False)

    def changed(self) -> "Arrival":
        """Behind a gift, which conditions may read."""
        return replace(self, is_fresh=False)

    def halved(self) -> "Arrival":
        """On one of two ways of which nobody knows which is taken."""
        return replace(self, share=self.share / 2)


def joined(one: Arrival | None, other: Arrival) -> Arrival:
    """Where two ways meet, both of which the same member may come."""
    if one is None:
        return other
    later = max(one, other, key=lambda arrival: arrival.at)
    return replace(
        later,
        share=one.share + other.share,
        is_at_known=one.at == other.at and one.is_at_known and other.is_at_known,
        is_fresh=one.is_fresh and other.is_fresh,
        may_have_left=one.may_have_left or other.may_have_left,
    )

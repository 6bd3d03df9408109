"""Points that moved."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.points.earned")
@dataclass(frozen=True, kw_only=True)
class PointsEarned(Fact):
    order: str
    points: int
    is_pending: bool


@fact("loyalty.points.redeemed")
@dataclass(frozen=True, kw_only=True)
class PointsRedeemed(Fact):
    order: str
    points: int


@fact("loyalty.points.clawed_back")
@dataclass(frozen=True, kw_only=True)
class PointsClawedBack(Fact):
    order: str
    refund: str
    points: int
    debt_points: int


@fact("loyalty.points.restored")
@dataclass(frozen=True, kw_only=True)
class PointsRestored(Fact):
    order: str
    refund: str
    points: int
    expired_points: int


@fact("loyalty.points.activated")
@dataclass(frozen=True, kw_only=True)
class PointsActivated(Fact):
    points: int


@fact("loyalty.points.expired")
@dataclass(frozen=True, kw_only=True)
class PointsExpired(Fact):
    points: int


@fact("loyalty.points.lapsing")
@dataclass(frozen=True, kw_only=True)
class PointsLapsing(Fact):
    """Told before points lapse, once for each member and month; `last_on` is the last day of the
    first of them."""

    points: int
    month: str
    last_on: str


@fact("loyalty.points.adjusted")
@dataclass(frozen=True, kw_only=True)
class PointsAdjusted(Fact):
    points: int
    reason: str


@fact("loyalty.points.granted")
@dataclass(frozen=True, kw_only=True)
class PointsGranted(Fact):
    operation: int
    points: int
    reason: str


@fact("loyalty.points.grant_undone")
@dataclass(frozen=True, kw_only=True)
class PointsGrantUndone(Fact):
    operation: int
    points: int
    debt_points: int


@fact("loyalty.points.extended")
@dataclass(frozen=True, kw_only=True)
class PointsExtended(Fact):
    operation: int
    points: int
    last_on: str


@fact("loyalty.points.extension_undone")
@dataclass(frozen=True, kw_only=True)
class PointsExtensionUndone(Fact):
    operation: int
    points: int
    expired_points: int


@fact("loyalty.points.transferred")
@dataclass(frozen=True, kw_only=True)
class PointsTransferred(Fact):
    """One for each side; points are signed."""

    transfer: str
    points: int

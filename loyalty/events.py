"""Facts that this app tells. docs/events.md lists them; a test compares."""

from dataclasses import dataclass

from members.registry.facts import Fact, fact


@fact("loyalty.order.recorded")
@dataclass(frozen=True, kw_only=True)
class OrderRecorded(Fact):
    order: str
    order_id: int
    net_amount: int
    earned_points: int
    spent_points: int
    is_late: bool


@fact("loyalty.order.refunded")
@dataclass(frozen=True, kw_only=True)
class OrderRefunded(Fact):
    order: str
    order_id: int
    refund: str
    value_amount: int
    money_amount: int


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


@fact("loyalty.tier.upgraded")
@dataclass(frozen=True, kw_only=True)
class TierUpgraded(Fact):
    from_tier: str
    to_tier: str
    order: str


@fact("loyalty.tier.downgraded")
@dataclass(frozen=True, kw_only=True)
class TierDowngraded(Fact):
    from_tier: str
    to_tier: str


@fact("loyalty.tier.renewed")
@dataclass(frozen=True, kw_only=True)
class TierRenewed(Fact):
    tier: str
    until_at: str


@fact("loyalty.tier.grace_begun")
@dataclass(frozen=True, kw_only=True)
class TierGraceBegan(Fact):
    tier: str
    until_at: str


@fact("loyalty.behavior.rewarded")
@dataclass(frozen=True, kw_only=True)
class BehaviorRewarded(Fact):
    """`points` may be 0, where a cap trimmed all of them; the day counts for the streak."""

    behavior: str
    kind: str
    points: int
    streak_days: int


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


@fact("loyalty.coupon.granted")
@dataclass(frozen=True, kw_only=True)
class CouponGranted(Fact):
    """The shop gave it: staff, an offer, a campaign. `expires_at` is empty where it never does."""

    coupon: str
    coupon_type: str
    origin: str
    expires_at: str


@fact("loyalty.coupon.claimed")
@dataclass(frozen=True, kw_only=True)
class CouponClaimed(Fact):
    coupon: str
    coupon_type: str
    expires_at: str


@fact("loyalty.coupon.redeemed")
@dataclass(frozen=True, kw_only=True)
class CouponRedeemed(Fact):
    """`order_id` is empty where a channel redeems without sending orders."""

    coupon: str
    coupon_type: str
    order_id: int | None
    discount_amount: int


@fact("loyalty.coupon.returned")
@dataclass(frozen=True, kw_only=True)
class CouponReturned(Fact):
    coupon: str
    coupon_type: str
    order_id: int


@fact("loyalty.coupon.expired")
@dataclass(frozen=True, kw_only=True)
class CouponExpired(Fact):
    coupon: str
    coupon_type: str


@fact("loyalty.coupon.voided")
@dataclass(frozen=True, kw_only=True)
class CouponVoided(Fact):
    coupon: str
    coupon_type: str


@fact("loyalty.coupon.transferred")
@dataclass(frozen=True, kw_only=True)
class CouponTransferred(Fact):
    """One for each side, each with their own coupon."""

    coupon: str
    coupon_type: str
    other_coupon: str
    is_received: bool


@fact("loyalty.prize.given")
@dataclass(frozen=True, kw_only=True)
class PrizeGiven(Fact):
    """`origin` is what promised it, as `referral` or `challenge`; points are 0 for other kinds."""

    prize: str
    origin: str
    what: str
    points: int


@fact("loyalty.prize.undone")
@dataclass(frozen=True, kw_only=True)
class PrizeUndone(Fact):
    """Its reason fell away: an order came back, a friend was none."""

    prize: str
    origin: str
    what: str
    reason: str


@fact("loyalty.challenge.joined")
@dataclass(frozen=True, kw_only=True)
class ChallengeJoined(Fact):
    challenge: str


@fact("loyalty.challenge.reached")
@dataclass(frozen=True, kw_only=True)
class ChallengeReached(Fact):
    """The target was reached: `time` counts within the window that begins on `window_on`, which
    is empty where it has none. `award` names this time it was reached."""

    challenge: str
    award: int
    time: int
    window_on: str


@fact("loyalty.challenge.undone")
@dataclass(frozen=True, kw_only=True)
class ChallengeUndone(Fact):
    """What it was reached with came back; its prizes are taken back."""

    challenge: str
    award: int
    time: int
    window_on: str


@fact("loyalty.badge.earned")
@dataclass(frozen=True, kw_only=True)
class BadgeEarned(Fact):
    badge: str


@fact("loyalty.badge.lost")
@dataclass(frozen=True, kw_only=True)
class BadgeLost(Fact):
    badge: str


@fact("loyalty.benefit.granted")
@dataclass(frozen=True, kw_only=True)
class BenefitGranted(Fact):
    """By hand, as a prize, by a campaign. `quota` None: without a limit; `until_at` is empty
    where it never ends."""

    benefit: str
    grant: str
    origin: str
    quota: int | None
    until_at: str


@fact("loyalty.benefit.claimed")
@dataclass(frozen=True, kw_only=True)
class BenefitClaimed(Fact):
    benefit: str
    until_at: str


@fact("loyalty.benefit.used")
@dataclass(frozen=True, kw_only=True)
class BenefitUsed(Fact):
    """`left` None: without a limit."""

    benefit: str
    use: str
    left: int | None


@fact("loyalty.benefit.voided")
@dataclass(frozen=True, kw_only=True)
class BenefitVoided(Fact):
    """`is_given_back` is false where its period was over."""

    benefit: str
    use: str
    is_given_back: bool


@fact("loyalty.benefit.rated")
@dataclass(frozen=True, kw_only=True)
class BenefitRated(Fact):
    benefit: str
    use: str
    rating: int


@fact("loyalty.benefit.ending")
@dataclass(frozen=True, kw_only=True)
class BenefitEnding(Fact):
    """Told a month before a grant, a claim or a tier's term ends; `about` is GRANT, CLAIM or
    TIER, `last_on` the last day."""

    about: str
    benefits: list[str]
    last_on: str


@fact("loyalty.benefit.left")
@dataclass(frozen=True, kw_only=True)
class BenefitLeft(Fact):
    """At the start of a month, what is left by the benefits' codes."""

    month: str
    left: dict[str, int]


@fact("loyalty.redemption.requested")
@dataclass(frozen=True, kw_only=True)
class RedemptionRequested(Fact):
    """Of a reward. With `money_amount` (minor units) its points are held until that is paid."""

    redemption: str
    reward: str
    points: int
    money_amount: int
    quantity: int


@fact("loyalty.redemption.made_ready")
@dataclass(frozen=True, kw_only=True)
class RedemptionReady(Fact):
    """Paid, and waiting to be picked up until `expires_at`."""

    redemption: str
    reward: str
    expires_at: str


@fact("loyalty.redemption.fulfilled")
@dataclass(frozen=True, kw_only=True)
class RedemptionFulfilled(Fact):
    """Handed over in `store`; empty where nothing is handed over."""

    redemption: str
    reward: str
    store: str


@fact("loyalty.redemption.canceled")
@dataclass(frozen=True, kw_only=True)
class RedemptionCanceled(Fact):
    """`money_back_amount` is what whoever took the money gives back."""

    redemption: str
    reward: str
    returned_points: int
    money_back_amount: int


@fact("loyalty.redemption.expired")
@dataclass(frozen=True, kw_only=True)
class RedemptionExpired(Fact):
    """`reason` is `unpaid` or `not_picked_up`."""

    redemption: str
    reward: str
    reason: str
    returned_points: int
    money_back_amount: int


@fact("loyalty.referral.claimed")
@dataclass(frozen=True, kw_only=True)
class ReferralClaimed(Fact):
    """Told of the friend: who recommended them is theirs to see."""

    referral: str
    is_to_review: bool


@fact("loyalty.referral.changed")
@dataclass(frozen=True, kw_only=True)
class ReferralChanged(Fact):
    """Told of who recommended, without the friend: how far it has come, and whether it counts for
    them, on the ladder and in challenges."""

    referral: str
    referral_id: int
    state: str
    is_counted: bool


@fact("loyalty.referral.step_reached")
@dataclass(frozen=True, kw_only=True)
class ReferralStepReached(Fact):
    """So many friends; `round` is 2 when it was lost and earned again."""

    step: int
    round: int


@fact("loyalty.referral.step_undone")
@dataclass(frozen=True, kw_only=True)
class ReferralStepUndone(Fact):
    """A friend counts no more, and with them the step."""

    step: int
    round: int

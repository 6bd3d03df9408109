"""Refusals of this app. Each states a fact; the details say where and how to mend it."""

from members.errors import DomainError


class OrderConflict(DomainError):
    """This order number is known with another content."""

    code = "order_conflict"
    status = 409


class RefundConflict(DomainError):
    """This refund number is known with another content."""

    code = "refund_conflict"
    status = 409


class PaymentsDoNotAddUp(DomainError):
    """The payments do not sum to lines + shipping − rounding."""

    code = "payments_do_not_add_up"


class CurrencyMismatch(DomainError):
    """The order's currency is not the programme's."""

    code = "currency_mismatch"


class OccurredInFuture(DomainError):
    """The order lies more than 5 minutes ahead of our clock."""

    code = "occurred_in_future"


class BackdatingNotAllowed(DomainError):
    """The order is older than 30 days; this needs the scope orders:backdate."""

    code = "backdating_not_allowed"
    status = 403


class UnknownStore(DomainError):
    """There is no such store, or this client may not speak for it."""

    code = "unknown_store"


class UnknownChannel(DomainError):
    """There is no such channel."""

    code = "unknown_channel"


class DuplicateLine(DomainError):
    """Two lines have the same line_id."""

    code = "duplicate_line"


class UnknownLine(DomainError):
    """The order has no such line."""

    code = "unknown_line"


class RefundExceedsOrder(DomainError):
    """More would be refunded than was bought."""

    code = "refund_exceeds_order"


class RefundNeedsQuantity(DomainError):
    """A line comes back neither with an amount nor with a quantity: say one of them."""

    code = "refund_needs_quantity"


class BatchTooLarge(DomainError):
    """A batch holds at most 500 orders."""

    code = "batch_too_large"


class InsufficientPoints(DomainError):
    """The member does not have so many points available."""

    code = "insufficient_points"
    status = 409


class NoProgram(DomainError):
    """No programme is set up yet."""

    code = "no_program"
    status = 503


class HoldConflict(DomainError):
    """This hold number is known with another content."""

    code = "hold_conflict"
    status = 409


class HoldExpired(DomainError):
    """The hold's time is over; nothing was spent. Make a new one."""

    code = "hold_expired"
    status = 409


class AlreadyResolved(DomainError):
    """The hold was captured or released before."""

    code = "already_resolved"
    status = 409


class HeldForReward(DomainError):
    """These points are held for a reward: cancel its redemption instead."""

    code = "held_for_reward"
    status = 409


class MoreThanHeld(DomainError):
    """More is to be captured than the hold keeps."""

    code = "more_than_held"


class UnknownBehavior(DomainError):
    """No such behavior earns at that time."""

    code = "unknown_behavior"


class BehaviorNotReported(DomainError):
    """This behavior is noticed here and is not reported by channels."""

    code = "behavior_not_reported"


class BehaviorHappenedInFuture(DomainError):
    """The behavior lies more than 5 minutes ahead of our clock."""

    code = "occurred_in_future"


class BehaviorTooOld(DomainError):
    """The behavior is older than 30 days; this needs the scope orders:backdate."""

    code = "backdating_not_allowed"
    status = 403


class ObjectRequired(DomainError):
    """This behavior counts once for each object: name it in `object`."""

    code = "object_required"


class ExternalIdRequired(DomainError):
    """This behavior counts each time: an `external_id` tells a repeat from another one."""

    code = "external_id_required"


class UnknownTier(DomainError):
    """There is no such tier above the first one."""

    code = "unknown_tier"


class TierEndsInPast(DomainError):
    """A tier by hand ends today or later."""

    code = "tier_ends_in_past"


class NoTierByHand(DomainError):
    """No tier by hand is in force for this member."""

    code = "no_tier_by_hand"
    status = 409


class TierNotForSale(DomainError):
    """This tier can't be bought with points."""

    code = "tier_not_for_sale"
    status = 409


class TierAlreadyHeld(DomainError):
    """The member has this tier or a higher one."""

    code = "tier_already_held"
    status = 409


class OccurredBeforeOrder(DomainError):
    """An order can't be completed before it was paid."""

    code = "occurred_before_order"


class TransfersNotAllowed(DomainError):
    """The programme doesn't let members transfer points."""

    code = "transfers_not_allowed"
    status = 409


class TransferConflict(DomainError):
    """This transfer number is known with another content."""

    code = "transfer_conflict"
    status = 409


class TransferToSelf(DomainError):
    """Both are the same member."""

    code = "transfer_to_self"


class TransferLimitReached(DomainError):
    """The member may not transfer so many points today."""

    code = "transfer_limit_reached"
    status = 409

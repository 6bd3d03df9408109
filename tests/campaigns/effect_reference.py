"""The ladder of a campaign, counted a second time: member by member, in plain Python. Nothing of it
reads what the selector computes."""

from collections import Counter, defaultdict
from datetime import timedelta

from campaigns.models import Campaign, Delivery, Enrollment
from campaigns.rules.effects import REASONS
from loyalty.models import Coupon, Order, PrizeGrant

RANK = {reason: rank for rank, reason in enumerate(REASONS)}
RUNGS = ("eligible", "sent", "delivered", "opened", "claimed", "redeemed", "bought")


def counted(campaign: Campaign, goal_days: int) -> tuple[dict[str, int], dict[str, Counter]]:
    """How many came to each rung, and by rung why the others didn't; without the control."""
    best: dict[int, tuple[int, int, str]] = {}
    starts = defaultdict(list)
    for row in Enrollment.objects.filter(campaign=campaign).exclude(arm="control"):
        place, reason = _way(row)
        starts[row.member_id].append(row.entered_at)
        found = (place, RANK.get(reason, -1), reason)
        best[row.member_id] = max(best.get(row.member_id, (-1, -1, "")), found)
    for member_id, (place, _, _) in best.items():
        if place == 6:
            bought = _bought(member_id, starts[member_id], goal_days)
            best[member_id] = (7, 0, "") if bought else (6, 0, "no_order")
    counts = {"targeted": len(best)}
    lost: dict[str, Counter] = {}
    for number, rung in enumerate(RUNGS, 1):
        counts[rung] = sum(1 for place, _, _ in best.values() if place >= number)
        lost[rung] = Counter(why for place, _, why in best.values() if place == number - 1)
    return counts, lost


def _way(row: Enrollment) -> tuple[int, str]:
    if row.state in ("FROZEN", "WATCHING"):
        return 0, {"FROZEN": "not_looked_at", "WATCHING": "watching"}[row.state]
    if row.state == "EXCLUDED":
        return 0, row.reason
    messages = [_of_message(one) for one in Delivery.objects.filter(enrollment=row)]
    if not messages:
        why = {"EXITED": row.reason, "DONE": "no_message"}.get(row.state, "on_the_way")
        return 1, why
    place, rank = max((place, RANK.get(why, -1)) for place, why in messages)
    if place < 4:
        return place, REASONS[rank]
    return _of_gift(row)


def _of_message(one: Delivery) -> tuple[int, str]:
    if one.opened_at or one.clicked_at:
        return 4, ""
    match one.state:
        case "DELIVERED":
            return 3, "not_opened"
        case "SENT":
            return (3, "not_opened") if one.medium == "INBOX" else (2, "no_report")
        case "BOUNCED":
            return 2, "bounced"
        case "SKIPPED":
            return 0, one.reason
        case "FAILED":
            return 1, one.reason
        case "QUEUED" | "CLAIMED":
            return 1, "queued"
    return 1, one.state.lower()


def _of_gift(row: Enrollment) -> tuple[int, str]:
    grant = PrizeGrant.objects.filter(key=f"campaign:{row.pk}:g1").first()
    if grant is None:
        return 4, "nothing_given"
    coupon = Coupon.objects.get(pk=grant.made["coupons"][0])
    if coupon.state == "REDEEMED":
        return 6, ""
    if coupon.claimed_at is None:
        return 4, "not_claimed"
    return 5, "not_redeemed" if coupon.state in ("CLAIMED", "LOCKED") else "coupon_over"


def _bought(member_id: int, starts: list, goal_days: int) -> bool:
    for one in Order.objects.filter(member_id=member_id):
        net = one.net_amount - one.refunded_amount + one.refunded_shipping_amount
        for start in starts:
            if net > 0 and start <= one.occurred_at < start + timedelta(days=goal_days):
                return True
    return False

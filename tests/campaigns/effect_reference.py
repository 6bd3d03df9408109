"""Every figure of a campaign's effect, counted a second time: member by member, in plain Python,
from rows as they are. Nothing of it reads what the selector computes."""

from collections import Counter, defaultdict
from datetime import timedelta
from typing import Any

from django.db import connection

from campaigns.rules.effects import REASONS

RANK = {reason: rank for rank, reason in enumerate(REASONS)}
RUNGS = ("targeted", "eligible", "sent", "delivered", "opened", "claimed", "redeemed", "bought")
_TABLES = {
    "enrollments": "campaigns_enrollment",
    "messages": "campaigns_delivery",
    "prizes": "campaigns_campaignprize",
    "versions": "campaigns_campaignversion",
    "grants": "loyalty_prizegrant",
    "coupons": "loyalty_coupon",
    "orders": "loyalty_order",
    "entries": "loyalty_ledgerentry",
    "lots": "loyalty_lot",
    "members": "members_member",
}
Row = dict[str, Any]


class Shop:
    """All rows, read once, each a dictionary by its id."""

    def __init__(self) -> None:
        for name, table in _TABLES.items():
            columns = "*, made::text AS made" if name == "grants" else "*"
            setattr(self, name, {row["id"]: row for row in _rows(table, columns)})
        self.grant_of = {row["key"]: row for row in self.grants.values()}
        self.entry_of = {row["key"]: row["id"] for row in self.entries.values()}
        self.lot_of = {row["entry_id"]: row for row in self.lots.values()}
        self.orders_of = _grouped(self.orders.values(), "member_id")
        self.touches_of = defaultdict(list)
        for row in self.messages.values():
            if row["state"] in ("SENT", "DELIVERED"):
                self.touches_of[self.enrollments[row["enrollment_id"]]["member_id"]].append(row)


def _rows(table: str, columns: str) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table}")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _grouped(rows: Any, name: str) -> defaultdict[Any, list[Row]]:
    found: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def net(order: Row) -> int:
    return order["net_amount"] - order["refunded_amount"] + order["refunded_shipping_amount"]


class Counted:
    """One campaign with messages and, as its steps say, coupons and points, counted as of `at`.
    `keep` narrows whom it is about, `medium` the channel."""

    def __init__(self, shop: Shop, campaign_id: int, at, *, days, keep=lambda row: True, medium=""):
        self.shop, self.campaign_id, self.at, self.medium = shop, campaign_id, at, medium
        self.goal, self.attribution = (timedelta(days=number) for number in days)
        steps = defaultdict(set)
        for prize in shop.prizes.values():
            if shop.versions[prize["version_id"]]["campaign_id"] == campaign_id:
                steps[prize["what"]].add(prize["step"])
        self.coupon_steps, self.point_steps = steps["COUPON"], steps["POINTS"]
        own = [row for row in shop.enrollments.values() if row["campaign_id"] == campaign_id]
        self.rows = [row for row in own if keep(row)]
        self.ids = {row["id"] for row in self.rows}
        self.messages = _grouped(
            [one for one in shop.messages.values() if medium in ("", one["medium"])],
            "enrollment_id",
        )
        self.best: dict[int, tuple] = {}
        self.redeemed: set[int] = set()
        self.converted: set[int] = set()
        for row in self.rows:
            self._place(row)

    def _place(self, row: Row) -> None:
        """Where the member stands: the farthest of their ways, above every control."""
        place, why = self._way(row)
        found = (row["arm"] != "control", place, RANK.get(why, -1), row["arm"], why)
        self.best[row["member_id"]] = max(self.best.get(row["member_id"], (False, -1)), found)
        if found[0] and any(one["state"] == "REDEEMED" for one in self.given(row)):
            self.redeemed.add(row["member_id"])
        if row["converted_at"]:
            self.converted.add(row["member_id"])

    def given(self, row: Row) -> list[Row]:
        grants = [
            self.shop.grant_of.get(f"campaign:{row['id']}:{one}") for one in self.coupon_steps
        ]
        ids = [int(one) for grant in grants if grant for one in _ids(grant["made"])]
        return [self.shop.coupons[one] for one in ids]

    def is_usable(self, coupon: Row) -> bool:
        is_open = coupon["state"] in ("ISSUED", "CLAIMED", "LOCKED")
        return is_open and (coupon["expires_at"] is None or coupon["expires_at"] > self.at)

    def _way(self, row: Row) -> tuple[int, str]:
        if row["state"] in ("FROZEN", "WATCHING"):
            return 0, {"FROZEN": "not_looked_at", "WATCHING": "watching"}[row["state"]]
        if row["state"] == "EXCLUDED":
            return 0, row["reason"]
        if not self.messages[row["id"]]:
            ends = {"EXITED": row["reason"], "DONE": "no_message"}
            return 1, ends.get(row["state"], "on_the_way")
        ways = [_of_message(one) for one in self.messages[row["id"]]]
        place, why = max(ways, key=lambda way: (way[0], RANK.get(way[1], -1)))
        return (place, why) if place < 4 else self._of_gift(row)

    def _of_gift(self, row: Row) -> tuple[int, str]:
        if not self.coupon_steps:
            return 6, ""
        coupons = self.given(row)
        if not coupons:
            return 4, "nothing_given"
        if any(one["state"] == "REDEEMED" for one in coupons):
            return 6, ""
        if not any(one["claimed_at"] for one in coupons):
            return 4, "not_claimed"
        return 5, "not_redeemed" if any(map(self.is_usable, coupons)) else "coupon_over"

    def orders(self, member_id: int) -> list[Row]:
        starts = [row["entered_at"] for row in self.rows if row["member_id"] == member_id]
        return [
            order
            for order in self.shop.orders_of[member_id]
            if net(order) > 0
            and any(start <= order["occurred_at"] < start + self.goal for start in starts)
        ]

    def sales(self, member_ids: Any) -> tuple[int, int, int]:
        bought = [self.orders(one) for one in member_ids]
        orders = [order for some in bought for order in some]
        return len([some for some in bought if some]), len(orders), sum(map(net, orders))

    def figures(self) -> dict[str, Any]:
        written = [one for one, best in self.best.items() if best[0]]
        control = [one for one, best in self.best.items() if not best[0]]
        redeemers = [one for one in written if self.best[one][1] == 6]
        buyers = {one for one in redeemers if self.orders(one)}
        places = {one: (7, "") if one in buyers else self.best[one][1::3] for one in written}
        places |= {one: (6, "no_order") for one in redeemers if one not in buyers}
        absent = () if self.coupon_steps else (5, 6)
        return {
            "counts": [
                None if rung in absent else sum(place >= rung for place, _ in places.values())
                for rung in range(8)
            ],
            "lost": Counter(place for place in places.values() if place[0] < 7),
            "redeemed": len(self.redeemed & set(written)) if self.coupon_steps else None,
            "converted": len(self.converted & set(written)),
            "sales": self.sales(written),
            "redeemer_sales": self.sales(redeemers) if self.coupon_steps else None,
            "control": (len(control), self.sales(control)) if control else None,
            "attributed": self.attributed(),
            "coupons": self.coupons(),
            "points": self.points(),
            "messages_amount": self.messages_amount(),
        }

    def attributed(self) -> tuple[int, int, int]:
        """Each order under the last message before it, of whatever campaign."""
        found = []
        for member_id in self.best:
            for order in self.shop.orders_of[member_id]:
                touch = self._touch(member_id, order)
                if net(order) > 0 and touch and self._is_own(touch):
                    found.append(order)
        return len({one["member_id"] for one in found}), len(found), sum(map(net, found))

    def _touch(self, member_id: int, order: Row) -> Row | None:
        then = order["occurred_at"]
        before = [one for one in self.shop.touches_of[member_id] if one["sent_at"] <= then]
        last = max(before, key=lambda one: (one["sent_at"], one["id"]), default=None)
        return last if last and then < last["sent_at"] + self.attribution else None

    def _is_own(self, message: Row) -> bool:
        return message["enrollment_id"] in self.ids and self.medium in ("", message["medium"])

    def coupons(self) -> tuple[int, int, int, int]:
        """Given, redeemed, taken off, still usable; of what was passed on, the friend's."""
        given = [coupon for row in self.rows for coupon in self.given(row)]
        ends = [self._end(coupon) for coupon in given]
        redeemed = [one["discount_amount"] for one in ends if one["state"] == "REDEEMED"]
        return len(ends), len(redeemed), sum(redeemed), len([*filter(self.is_usable, ends)])

    def _end(self, coupon: Row) -> Row:
        heir = self.shop.coupons.get(coupon["replaced_by_id"])
        return coupon if heir is None else self._end(heir)

    def points(self) -> tuple[int, int]:
        """Given, and left of them."""
        given = left = 0
        for row in self.rows:
            for step in self.point_steps:
                grant = self.shop.grant_of.get(f"campaign:{row['id']}:{step}")
                if grant and grant["state"] == "GIVEN":
                    lot = self.shop.lot_of[self.shop.entry_of[f"prize:{grant['id']}:earn"]]
                    is_over = lot["expires_at"] is not None and lot["expires_at"] <= self.at
                    given += grant["points"]
                    left += 0 if is_over else lot["remaining_points"]
        return given, left

    def messages_amount(self) -> int:
        paid = ("CLAIMED", "SENT", "DELIVERED", "BOUNCED", "UNKNOWN")
        own = [one for row in self.rows for one in self.messages[row["id"]]]
        return sum(one["cost_amount"] for one in own if one["state"] in paid)


def _ids(made: str) -> list[str]:
    inside = made.partition("[")[2].partition("]")[0]
    return [one for one in inside.split(",") if one.strip()]


def _of_message(one: Row) -> tuple[int, str]:
    if one["opened_at"] or one["clicked_at"]:
        return 4, ""
    is_inbox = one["medium"] == "INBOX"
    known = {
        "DELIVERED": (3, "not_opened"),
        "SENT": (3, "not_opened") if is_inbox else (2, "no_report"),
        "BOUNCED": (2, "bounced"),
        "SKIPPED": (0, one["reason"]),
        "FAILED": (1, one["reason"]),
        "QUEUED": (1, "queued"),
        "CLAIMED": (1, "queued"),
    }
    return known.get(one["state"], (1, one["state"].lower()))

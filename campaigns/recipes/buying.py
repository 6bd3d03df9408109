"""Recipes that bring members to buy: for the first time, what they looked at, and again."""

from django.utils.translation import gettext_lazy as _

from campaigns.recipes.shape import (
    DAILY,
    DAY,
    NOTICED,
    ORDER,
    Entry,
    Goal,
    Recipe,
    coupon,
    exit_at,
    leaf,
    message,
)

_CHOOSE_COUPON = _("Choose the coupon that it gives.")
_VIEWED = {
    "event": NOTICED,
    "behavior": "product_view",
    "times": 2,
    "minutes": DAY,
    "without": {"event": ORDER},
    "without_minutes": 30,
    "same": "product",
    "keys": ["product", "day"],
}
_IN_CART = {
    "event": NOTICED,
    "behavior": "add_to_cart",
    "without": {"event": ORDER},
    "without_minutes": 60,
    "same": "product",
    "keys": ["product", "day"],
}

RECIPES = (
    Recipe(
        code="first-order",
        goal=Goal.ACTIVATE,
        title=_("First order"),
        sentence=_("Who joined days ago and has bought nothing gets a reason to begin."),
        name_zh="促成首单",
        name_en="First order",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(coupon(), message("first-order")),
        values={
            "condition": {
                "all": [
                    leaf("member.joined_days", "between", [3, 30]),
                    leaf("orders.count", "eq", 0),
                ]
            },
            "exits": [exit_at(ORDER)],
            "goal_event": ORDER,
            "goal_days": 14,
        },
        chooses=_CHOOSE_COUPON,
    ),
    Recipe(
        code="sign-up-gift",
        goal=Goal.ACQUIRE,
        title=_("Gift for a first purchase in a store"),
        sentence=_("Whoever buys in a store for the first time, for 50 or more, gets a gift."),
        name_zh="门店首购满 50 元有礼",
        name_en="Gift for a first store purchase over 50",
        entry=Entry.EVENT,
        rule={
            "event": ORDER,
            "matches": {"is_first_in_store": True, "net_amount_at_least": 5_000},
            "keys": ["member"],
        },
        steps=(coupon(), message("sign-up-gift")),
        values={"goal_event": "loyalty.coupon.redeemed", "goal_days": 30},
        chooses=_CHOOSE_COUPON,
    ),
    Recipe(
        code="viewed-not-bought",
        goal=Goal.RETAIN,
        title=_("Viewed, not bought"),
        sentence=_(
            "Who views a product twice within a day and does not buy it within half an hour gets "
            "a coupon; once for a product and day."
        ),
        name_zh="浏览未购",
        name_en="Viewed, not bought",
        entry=Entry.EVENT,
        rule=_VIEWED,
        steps=(coupon(), message("viewed-not-bought", "SMS", "WECHAT", "INBOX")),
        values={
            "exits": [exit_at(ORDER, "product")],
            "goal_event": ORDER,
            "goal_days": 7,
            "is_over_at_goal": False,
        },
        chooses=_CHOOSE_COUPON,
    ),
    Recipe(
        code="cart-not-paid",
        goal=Goal.RETAIN,
        title=_("In the cart, not paid"),
        sentence=_("Who puts a product into the cart and does not buy it within an hour is told."),
        name_zh="加购未付",
        name_en="In the cart, not paid",
        entry=Entry.EVENT,
        rule=_IN_CART,
        steps=(message("cart-not-paid"),),
        values={
            "exits": [
                exit_at(ORDER, "product"),
                exit_at(f"{NOTICED}:remove_from_cart", "product"),
            ],
            "goal_event": ORDER,
            "goal_days": 7,
            "is_over_at_goal": False,
        },
    ),
    Recipe(
        code="repurchase",
        goal=Goal.RETAIN,
        title=_("Time to buy again"),
        sentence=_("Who is past the days that usually lie between their purchases is reminded."),
        name_zh="复购提醒",
        name_en="Time to buy again",
        entry=Entry.STATE,
        rule=DAILY,
        steps=(message("repurchase"),),
        values={
            "condition": {
                "all": [
                    leaf("orders.overdue_days", "between", [0, 14]),
                    leaf("orders.last_days", "gte", 1),
                ]
            },
            "re_entry_days": 30,
            "exits": [exit_at(ORDER)],
            "goal_event": ORDER,
            "goal_days": 14,
        },
    ),
    Recipe(
        code="sale-day",
        goal=Goal.RETAIN,
        title=_("Day of sales"),
        sentence=_("Everybody hears of the members' day in time, once."),
        name_zh="会员日",
        name_en="Members' day",
        entry=Entry.AT,
        rule={},
        steps=(message("sale-day"),),
        values={
            "condition": leaf("reach.marketing", "contains", ["INBOX", "SMS", "WECHAT", "EMAIL"]),
            "goal_event": ORDER,
            "goal_days": 3,
            "is_over_at_goal": False,
        },
        chooses=_("Choose the day and the hour."),
    ),
)

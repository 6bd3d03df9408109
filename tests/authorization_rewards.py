"""The matrix's rows of rewards and redemptions."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    DPO,
    MARKETING_MANAGER,
    OVERSIGHT,
    SHOP_FLOOR,
    STAFF,
    Pages,
)

_SEES = SHOP_FLOOR | OVERSIGHT | {MARKETING_MANAGER, ANALYST}
_SETS = {MARKETING_MANAGER, ADMINISTRATOR}
_REDEEMS = SHOP_FLOOR | {MARKETING_MANAGER, ADMINISTRATOR}

TABLES: dict[str, Pages] = {
    "loyalty_reward": Pages(view=STAFF - {DPO}, add=_SETS, change=_SETS),
    "loyalty_redemption": Pages(view=_SEES),
}
DEEDS = {
    "admin:loyalty_reward_publish": _SETS,
    "admin:loyalty_reward_stop": _SETS,
    "admin:loyalty_reward_change_stock": _SETS,
    "admin:loyalty_reward_spoken": _SETS,
    "admin:loyalty_reward_spoken_new": _SETS,
    "admin:loyalty_reward_show_redemptions": _SEES,
    "admin:loyalty_redemption_pick_list": _SEES,
    "admin:loyalty_redemption_hand_over": _REDEEMS,
    "admin:loyalty_redemption_pay": _REDEEMS,
    "admin:loyalty_redemption_cancel": _REDEEMS,
    "admin:members_member_redeem_reward": _REDEEMS,
}

"""The matrix's rows of coupons."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    DPO,
    MARKETING,
    MARKETING_MANAGER,
    OVERSIGHT,
    SERVICE,
    SHOP_FLOOR,
    STAFF,
    Pages,
)

_SEES_DOCUMENTS = SHOP_FLOOR | OVERSIGHT | {MARKETING_MANAGER, ANALYST}
_SEES_PROGRAM = SERVICE | MARKETING | OVERSIGHT | {ANALYST}
_SETS_PROGRAM = {MARKETING_MANAGER, ADMINISTRATOR}
_KEEPS_COUPONS = SERVICE | {MARKETING_MANAGER, ADMINISTRATOR}
_SEES_CAMPAIGNS = MARKETING | OVERSIGHT | {ANALYST}

TABLES: dict[str, Pages] = {
    "loyalty_coupon": Pages(view=_SEES_DOCUMENTS),
    "loyalty_couponbatch": Pages(view=_SEES_CAMPAIGNS),
    "loyalty_coupontype": Pages(view=STAFF - {DPO}, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
}
DEEDS = {
    "admin:loyalty_coupon_search": _SEES_DOCUMENTS,
    "admin:loyalty_coupon_release": _KEEPS_COUPONS,
    "admin:loyalty_coupon_give_on": _KEEPS_COUPONS,
    "admin:loyalty_coupon_void_it": _KEEPS_COUPONS,
    "admin:loyalty_coupontype_publish": _SETS_PROGRAM,
    "admin:loyalty_coupontype_stop": _SETS_PROGRAM,
    "admin:loyalty_coupontype_change_limits": _SETS_PROGRAM,
    "admin:loyalty_coupontype_make_codes": _SETS_PROGRAM,
    "admin:loyalty_coupontype_spoken": _SETS_PROGRAM,
    "admin:loyalty_coupontype_spoken_new": _SETS_PROGRAM,
    "admin:loyalty_coupontype_show_coupons": _SEES_DOCUMENTS,
    "admin:loyalty_couponbatch_print_codes": _SETS_PROGRAM,
    "admin:loyalty_couponbatch_csv_file": _SETS_PROGRAM,
    "admin:loyalty_couponbatch_xlsx_file": _SETS_PROGRAM,
    "admin:loyalty_couponbatch_go_on": _SETS_PROGRAM,
    "admin:loyalty_couponbatch_void_it": _SETS_PROGRAM,
    "admin:loyalty_couponbatch_show_coupons": _SEES_DOCUMENTS,
}

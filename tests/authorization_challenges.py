"""The matrix's rows of challenges, badges and recommending."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    CLERK,
    CUSTOMER_SERVICE,
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

TABLES: dict[str, Pages] = {
    "loyalty_badge": Pages(view=STAFF - {DPO}, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "loyalty_challenge": Pages(view=STAFF - {DPO}, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
    "loyalty_referral": Pages(view=_SEES_DOCUMENTS - {CLERK}),
    "loyalty_challengeprogress": Pages(view=_SEES_DOCUMENTS - {CLERK}),
    "loyalty_referralprogram": Pages(view=_SEES_PROGRAM, add=_SETS_PROGRAM, change=_SETS_PROGRAM),
}
DEEDS = {
    "admin:loyalty_referral_accept": _SETS_PROGRAM | {CUSTOMER_SERVICE},
    "admin:loyalty_referral_refuse": _SETS_PROGRAM | {CUSTOMER_SERVICE},
    "admin:loyalty_referralprogram_publish": _SETS_PROGRAM,
    "admin:loyalty_referralprogram_stop": _SETS_PROGRAM,
    "admin:loyalty_referralprogram_change_guards": _SETS_PROGRAM,
    "admin:loyalty_referralprogram_show_referrals": _SEES_DOCUMENTS - {CLERK},
    "admin:loyalty_challenge_publish": _SETS_PROGRAM,
    "admin:loyalty_challenge_stop": _SETS_PROGRAM,
    "admin:loyalty_challenge_spoken": _SETS_PROGRAM,
    "admin:loyalty_challenge_spoken_new": _SETS_PROGRAM,
    "admin:loyalty_challenge_try_it": _SEES_DOCUMENTS - {CLERK},
    "admin:loyalty_challenge_show_progress": _SEES_DOCUMENTS - {CLERK},
}

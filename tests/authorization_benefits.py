"""Who may do what with benefits: rows of `authorization_matrix`."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    CLERK,
    CUSTOMER_SERVICE,
    DPO,
    MARKETING_MANAGER,
    OVERSIGHT,
    SERVICE,
    SHOP_FLOOR,
    STAFF,
    Pages,
)

_SETS = {MARKETING_MANAGER, ADMINISTRATOR}
_SEES_USES = SHOP_FLOOR | OVERSIGHT | {MARKETING_MANAGER, ANALYST}
_KEEPS = SERVICE | {MARKETING_MANAGER, ADMINISTRATOR}
_GIVES = {CUSTOMER_SERVICE, MARKETING_MANAGER, ADMINISTRATOR}

TABLES = {
    "loyalty_benefit": Pages(view=STAFF - {DPO}, add=_SETS, change=_SETS),
    "loyalty_benefituse": Pages(view=_SEES_USES),
    "loyalty_benefitweight": Pages(view=STAFF - {DPO, CLERK}, add=_SETS, change=_SETS),
}
DEEDS = {
    "admin:loyalty_benefit_publish": _SETS,
    "admin:loyalty_benefit_stop": _SETS,
    "admin:loyalty_benefit_spoken": _SETS,
    "admin:loyalty_benefit_spoken_new": _SETS,
    "admin:loyalty_benefit_show_uses": _SEES_USES,
    "admin:loyalty_benefitweight_try_it": STAFF - {DPO},
    "admin:members_counter_benefit": _KEEPS | {CLERK},
    "admin:members_member_use_benefit": _KEEPS | {CLERK},
    "admin:members_member_claim_benefit": _KEEPS | {CLERK},
    "admin:members_member_rate_benefit": _KEEPS | {CLERK},
    "admin:members_member_void_benefit": _KEEPS,
    "admin:members_member_grant_benefit": _GIVES,
    "admin:members_member_end_benefit": _GIVES,
}

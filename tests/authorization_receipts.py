"""Of messages that are out: who has failed ones sent again, and who suppresses addresses."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    CUSTOMER_SERVICE,
    DPO,
    MARKETING,
    MARKETING_MANAGER,
    OVERSIGHT,
    Pages,
)

_RESENDS = {MARKETING_MANAGER, ADMINISTRATOR}
_KEEPS = {CUSTOMER_SERVICE, MARKETING_MANAGER, DPO, ADMINISTRATOR}

_FINDS = MARKETING | OVERSIGHT | {ANALYST, CUSTOMER_SERVICE, DPO}

TABLES: dict[str, Pages] = {
    "campaigns_suppression": Pages(view=_FINDS),
}
DEEDS = {
    "admin:campaigns_delivery_send_again": _RESENDS,
    "admin:campaigns_delivery_send_unknown_again": _RESENDS,
    "admin:campaigns_delivery_send_many_again": _RESENDS,
    "admin:campaigns_suppression_search": _FINDS,
    "admin:campaigns_suppression_suppress": _KEEPS,
    "admin:campaigns_suppression_lift": _KEEPS,
}

"""The roles of the matrix, and what a row of it says of a table's pages."""

from dataclasses import dataclass

CLERK = "clerk"
STORE_MANAGER = "store_manager"
CUSTOMER_SERVICE = "customer_service"
MARKETER = "marketer"
MARKETING_MANAGER = "marketing_manager"
ANALYST = "analyst"
DPO = "dpo"
ADMINISTRATOR = "administrator"
AUDITOR = "auditor"

NOBODY: frozenset[str] = frozenset()
SHOP_FLOOR = {CLERK, STORE_MANAGER, CUSTOMER_SERVICE}
SERVICE = {STORE_MANAGER, CUSTOMER_SERVICE}
MARKETING = {MARKETER, MARKETING_MANAGER}
OVERSIGHT = {ADMINISTRATOR, AUDITOR}
STAFF = SHOP_FLOOR | MARKETING | OVERSIGHT | {ANALYST, DPO}


@dataclass(frozen=True)
class Pages:
    """Roles that see, add and change the rows of one table. Nobody deletes any."""

    view: set[str] | frozenset[str]
    add: set[str] | frozenset[str] = NOBODY
    change: set[str] | frozenset[str] = NOBODY

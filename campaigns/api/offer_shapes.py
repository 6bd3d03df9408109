"""What the API shows of offers: the types of the OpenAPI document. Amounts in minor units."""

from datetime import datetime
from typing import Any

import msgspec


class OfferLeftShown(msgspec.Struct, kw_only=True):
    """What is left for this member; null where there is no limit."""

    orders: int | None
    orders_today: int | None
    budget_amount: int | None


class MemberOfferShown(msgspec.Struct, kw_only=True):
    """An offer in force: what it does, on what, and whether this member may use it now. `missing`
    says why not: tier, limit, budget, time. `condition` is its scope, a condition tree; percents
    off are basis points: 2000 takes 20 % off."""

    id: str
    code: str
    version: int
    kind: str
    form: str
    name_zh: str
    name_en: str
    is_usable: bool
    missing: list[str]
    left: OfferLeftShown
    amount: int
    off_basis_points: int
    cap_amount: int | None
    steps: list[dict[str, Any]]
    is_repeated: bool
    parts: list[dict[str, Any]]
    nth: int
    max_times: int | None
    multiplier_percent: int
    min_amount: int
    min_quantity: int
    condition: dict[str, Any]
    stores: list[str]
    stacking: str
    stacking_group: str
    valid_from: datetime
    valid_until: datetime | None

"""What the form of a coupon type is sent with."""

import json
from typing import Any

SKINCARE = {"field": "line.category", "op": "eq", "value": "skincare"}


def form(**changes: Any) -> dict[str, Any]:
    """20.00 off from 100.00 on skincare, for 30 days."""
    return {
        "name_zh": "春季券",
        "name_en": "Spring",
        "code": "spring",
        "kind": "MONEY_OFF",
        "amount": "20.00",
        "piece_amount": "",
        "off_basis_points": "",
        "cap_amount": "",
        "multiplier_percent": "1",
        "gift_sku": "",
        "quantity": "1",
        "min_spend_amount": "100.00",
        "condition": json.dumps(SKINCARE),
        "validity": "DAYS",
        "valid_from_0": "", "valid_from_1": "", "valid_until_0": "", "valid_until_1": "",
        "valid_days": "30",
        "claim_from_0": "", "claim_from_1": "", "claim_until_0": "", "claim_until_1": "",
        "public_code": "",
        "stock_count": "1000",
        "budget_amount": "",
        "limit_member": "1",
        "limit_member_day": "",
        "stacking": "STACKABLE",
        "stacking_group": "",
        "lock_minutes": "15",
        **changes,
    }  # fmt: skip

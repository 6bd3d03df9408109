"""What a campaign gives, by its own name, where a text is shown before anybody was given it."""

from collections.abc import Iterable, Mapping
from typing import Any

from campaigns.selectors.asked import name_in
from loyalty.models import Benefit, CouponType

_NAMED: Mapping[str, tuple[str, Any]] = {
    "COUPON": ("coupon", CouponType),
    "BENEFIT": ("benefit", Benefit),
}


def gift_samples(gifts: Iterable[Mapping[str, Any]], language: str) -> dict[str, object]:
    """Variables of these steps, as they are written, in place of the samples; of several coupons
    the last one, as when it is sent. At most two queries."""
    found: dict[str, object] = {}
    rows = list(gifts)
    for what, (variable, model) in _NAMED.items():
        codes = [str(one.get("code") or "") for one in rows if one.get("what") == what]
        named = {row.code: row for row in model.objects.filter(code__in=codes)} if codes else {}
        for code in codes:
            if code in named:
                found[variable] = name_in(named[code], language)
    points = [one.get("points") for one in rows if one.get("what") == "POINTS"]
    if total := sum(one for one in points if isinstance(one, int)):
        found["gift_points"] = total
    return found

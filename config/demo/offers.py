"""The demo's offers: one of each kind, as a grocer in yuan would have them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from campaigns.models import Offer

_Kind, _Form = Offer.Kind, Offer.Form
# The commonest milk, bread and eggs of the data.
MILK = ("SK-995242", "SK-1029743", "SK-1106523", "SK-1126899", "SK-1133018")
BREAD = ("SK-883404", "SK-826249", "SK-1098066", "SK-951590")
EGGS = "SK-981760"
PRODUCE = "果蔬 Produce"
_ONLINE = ("mini-program", "app", "web")


@dataclass(frozen=True)
class OfferPlan:
    """An offer to set up. `days` is how long it runs, None: for good; `stores` begin with that;
    one that `waits` is asked for and not yet approved."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    days: int | None = None
    stores: str = ""
    waits: bool = False

    def draft(self, *, at: datetime) -> Offer:
        """The offer, not saved yet, from `at` on."""
        return Offer(
            code=self.code,
            name_zh=self.name_zh,
            name_en=self.name_en,
            kind=self.kind,
            valid_from=at,
            valid_until=None if self.days is None else at + timedelta(days=self.days),
            **self.fields,
        )


def _in(name: str, *values: Any) -> dict[str, Any]:
    return {"field": name, "op": "in", "value": list(values)}


def _is(name: str, value: Any) -> dict[str, Any]:
    return {"field": name, "op": "eq", "value": value}


OFFERS = (
    OfferPlan(
        "spend-and-save", "满200减20，满400减50", "¥20 off from ¥200, ¥50 off from ¥400",
        _Kind.STEPPED,
        {
            "steps": [
                {"min_amount": 20_000, "amount": 2_000},
                {"min_amount": 40_000, "amount": 5_000},
            ],
            "budget_amount": 20_000_000,
        },
    ),
    OfferPlan(
        "fresh-season", "果蔬季 85 折", "Fresh season: 15 % off produce", _Kind.LIMITED_PRICE,
        {
            "form": _Form.PERCENT_OFF,
            "off_basis_points": 1_500,
            "condition": _is("line.category", PRODUCE),
        },
        days=30,
    ),
    OfferPlan(
        "gold-price", "金卡会员价 95 折", "Member price for gold and diamond", _Kind.MEMBER_PRICE,
        {
            "form": _Form.PERCENT_OFF,
            "off_basis_points": 500,
            "condition": {
                "all": [
                    _in("member.tier", "gold", "diamond"),
                    _is("line.brand", "常客优选 Regulars Select"),
                ]
            },
        },
    ),
    OfferPlan(
        "breakfast", "早餐组合 19.9 元", "Breakfast: milk and bread for ¥19.90", _Kind.BUNDLE,
        {
            "form": _Form.PRICE,
            "amount": 1_990,
            "parts": [
                {"condition": _in("line.sku", *MILK), "quantity": 1},
                {"condition": _in("line.sku", *BREAD), "quantity": 1},
            ],
            "max_times": 3,
        },
    ),
    OfferPlan(
        "second-half", "烘焙第二件半价", "Bakery: second piece half price", _Kind.NTH_ITEM,
        {
            "form": _Form.PERCENT_OFF,
            "off_basis_points": 5_000,
            "nth": 2,
            "condition": _is("line.category", "烘焙 Bakery"),
        },
        stores="SH",
    ),
    OfferPlan(
        "free-delivery", "线上满99包邮", "Free delivery from ¥99 online", _Kind.FREE_SHIPPING,
        {"min_amount": 9_900, "condition": _in("channel.code", *_ONLINE)},
    ),
    OfferPlan(
        "first-order", "首单立减10元", "¥10 off the first order", _Kind.FIRST_ORDER,
        {
            "form": _Form.AMOUNT_OFF,
            "amount": 1_000,
            "min_amount": 5_000,
            "limit_member": 1,
        },
    ),
    OfferPlan(
        "eggs-for-free", "满300送鸡蛋", "Eggs for free from ¥300", _Kind.GIFT,
        {
            "steps": [{"min_amount": 30_000, "gift_sku": EGGS, "gift_quantity": 1}],
            "limit_count": 1_000,
            "limit_member_day": 1,
        },
    ),
    OfferPlan(
        "weekend-double", "周末双倍积分", "Double points at weekends", _Kind.MULTIPLIER,
        {"multiplier_percent": 200, "condition": _in("time.weekday", 6, 7)},
    ),
    OfferPlan(
        "year-end", "年终满500减80", "Year's end: ¥80 off from ¥500", _Kind.STEPPED,
        {"steps": [{"min_amount": 50_000, "amount": 8_000}], "budget_amount": 8_000_000},
        days=45,
        waits=True,
    ),
)  # fmt: skip

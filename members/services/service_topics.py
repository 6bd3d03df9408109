"""What service cases are about: topics that a new installation begins with."""

from dataclasses import dataclass

from members.models import ServiceTopic


@dataclass(frozen=True)
class _Topic:
    code: str
    name_zh: str
    name_en: str
    first_response_minutes: int


# Operators change names and minutes in the console; these are where one starts from.
_DEFAULTS = (
    _Topic("delivery", "配送物流", "Delivery", 60),
    _Topic("points", "积分与会员", "Points and membership", 120),
    _Topic("product", "商品咨询", "Product", 60),
    _Topic("return", "退换与维修", "Return and repair", 60),
    _Topic("coupon", "优惠与活动", "Coupons and offers", 120),
    _Topic("store", "门店服务", "Service in the store", 30),
    _Topic("privacy", "个人信息", "Personal data", 240),
    _Topic("other", "其他", "Something else", 120),
)


def set_up() -> int:
    """How many topics were added; those that are there stay as they are."""
    known = set(ServiceTopic.objects.values_list("code", flat=True))
    fresh = [
        ServiceTopic(
            code=one.code,
            name_zh=one.name_zh,
            name_en=one.name_en,
            first_response_minutes=one.first_response_minutes,
        )
        for one in _DEFAULTS
        if one.code not in known
    ]
    # Two at once: the code is unique, and the first one's row stays.
    ServiceTopic.objects.bulk_create(fresh, ignore_conflicts=True)
    return len(fresh)

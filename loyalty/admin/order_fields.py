"""What earning rules may ask about an order, in the operator's words."""

from collections.abc import Mapping
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from loyalty.admin import amount_fields
from loyalty.models import Product, Tier
from loyalty.rules import money, order_fields
from members.models import Channel, Store, Tag
from members.registry import fields
from members.registry.fields import Choices, Vocabulary, Wording

CODE = "order"
# What a select can show; a shop with more types them.
MOST_CHOICES = 500

_PURCHASE = _("Purchase")
_GOODS = _("Goods")
_PLACE = _("Place")
_TIME = _("Time")
_MEMBER = _("Member")


def register() -> None:
    """Called by `apps.ready`."""
    fields.add_vocabulary(VOCABULARY)


def _amount(value: int) -> str:
    return money.text(value, amount_fields.currency(), short=True)


def _hour(value: int) -> str:
    return f"{value}:00"


def _weekdays() -> Choices:
    # Django counts from 0, Monday.
    return [(number + 1, name) for number, name in sorted(WEEKDAYS.items())]


def _rows(model: Any) -> Choices:
    return [(row.code, row.name) for row in model.objects.order_by("code")[:MOST_CHOICES]]


def _stores() -> Choices:
    return _rows(Store)


def _channels() -> Choices:
    return _rows(Channel)


def _tags() -> Choices:
    return _rows(Tag)


def _tiers() -> Choices:
    return [(tier.code, tier.name) for tier in Tier.objects.order_by("rank")]


def _known(model: Any, column: str) -> Choices:
    """The values that rows have, for fields where a new one may come any day."""
    rows = model.objects.exclude(**{column: ""}).order_by(column)
    return [
        (value, value) for value in rows.values_list(column, flat=True).distinct()[:MOST_CHOICES]
    ]


def _cities() -> Choices:
    return _known(Store, "city")


def _categories() -> Choices:
    return _known(Product, "category")


def _brands() -> Choices:
    return _known(Product, "brand")


def _one_of(positive: Any, negative: Any) -> dict[str, Any]:
    """The same words for one value and for several."""
    return {"eq": positive, "in": positive, "ne": negative, "not_in": negative}


WORDINGS: Mapping[str, Wording] = {
    "order.eligible_amount": Wording(
        label=_("amount that earns points"),
        group=_PURCHASE,
        show=_amount,
        hint=_("Paid in money, without freight and gift cards."),
    ),
    "order.net_amount": Wording(label=_("amount of the purchase"), group=_PURCHASE, show=_amount),
    "order.lines_count": Wording(label=_("number of different items"), group=_PURCHASE),
    "order.quantity": Wording(label=_("number of pieces"), group=_PURCHASE),
    "line.sku": Wording(
        label=_("product number"),
        group=_GOODS,
        patterns=_one_of(_("the item is %(value)s"), _("the item is not %(value)s")),
    ),
    "line.category": Wording(
        label=_("category"),
        group=_GOODS,
        choices=_categories,
        is_open=True,
        patterns=_one_of(
            _("the item is of category %(value)s"), _("the item is not of category %(value)s")
        ),
    ),
    "line.brand": Wording(
        label=_("brand"),
        group=_GOODS,
        choices=_brands,
        is_open=True,
        patterns=_one_of(
            _("the item is of the brand %(value)s"), _("the item is not of the brand %(value)s")
        ),
    ),
    "line.net_amount": Wording(label=_("amount of the item"), group=_GOODS, show=_amount),
    "line.quantity": Wording(label=_("pieces of the item"), group=_GOODS),
    "store.code": Wording(
        label=_("store"),
        group=_PLACE,
        choices=_stores,
        patterns=_one_of(_("in %(value)s"), _("not in %(value)s")),
    ),
    "store.city": Wording(
        label=_("city"),
        group=_PLACE,
        choices=_cities,
        is_open=True,
        patterns=_one_of(_("in the city %(value)s"), _("not in the city %(value)s")),
    ),
    "channel.code": Wording(
        label=_("channel"),
        group=_PLACE,
        choices=_channels,
        patterns=_one_of(_("bought through %(value)s"), _("not bought through %(value)s")),
    ),
    "time.weekday": Wording(
        label=_("weekday"),
        group=_TIME,
        choices=_weekdays,
        patterns={
            **_one_of(_("on %(value)s"), _("not on %(value)s")),
            "between": _("from %(low)s to %(high)s"),
        },
    ),
    "time.hour": Wording(
        label=_("hour of the day"),
        group=_TIME,
        show=_hour,
        hint=_("0 to 23: 18 is from 18:00 to 18:59, in the shop's time."),
        patterns={
            "eq": _("in the hour of %(value)s"),
            "in": _("in the hour of %(value)s"),
            "gte": _("from %(value)s"),
            "lt": _("before %(value)s"),
            "between": _("in the hours from %(low)s to %(high)s"),
        },
    ),
    "time.date": Wording(
        label=_("day"),
        group=_TIME,
        patterns={
            "eq": _("on %(value)s"),
            "ne": _("not on %(value)s"),
            "gte": _("from %(value)s on"),
            "gt": _("after %(value)s"),
            "lt": _("before %(value)s"),
            "lte": _("until %(value)s"),
            "between": _("from %(low)s to %(high)s"),
        },
    ),
    "time.day_of_month": Wording(
        label=_("day of the month"),
        group=_TIME,
        patterns={
            **_one_of(_("on day %(value)s of the month"), _("not on day %(value)s of the month")),
            "between": _("from day %(low)s to day %(high)s of the month"),
        },
    ),
    "member.tier": Wording(
        label=_("tier"),
        group=_MEMBER,
        choices=_tiers,
        patterns=_one_of(_("the member's tier is %(value)s"), _("the tier is not %(value)s")),
    ),
    "member.tags": Wording(
        label=_("tags"),
        group=_MEMBER,
        choices=_tags,
        patterns={
            "contains": _("the member is tagged %(value)s"),
            "lacks": _("the member is not tagged %(value)s"),
        },
    ),
    "member.is_birthday_month": Wording(
        label=_("birthday month"),
        group=_MEMBER,
        patterns={
            "yes": _("in the member's birthday month"),
            "no": _("outside the member's birthday month"),
        },
    ),
    "member.is_birthday": Wording(
        label=_("birthday"),
        group=_MEMBER,
        patterns={
            "yes": _("on the member's birthday"),
            "no": _("on a day other than the member's birthday"),
        },
    ),
    "member.order_number": Wording(
        label=_("which purchase of the member"),
        group=_MEMBER,
        hint=_("1 is the first one."),
        patterns={
            **_one_of(
                _("it is the member's purchase number %(value)s"),
                _("it is not the member's purchase number %(value)s"),
            ),
        },
    ),
    "member.is_first_order": Wording(
        label=_("first purchase"),
        group=_MEMBER,
        patterns={
            "yes": _("it is the member's first purchase"),
            "no": _("it is not the member's first purchase"),
        },
    ),
}

VOCABULARY = Vocabulary(CODE, order_fields.FIELDS, WORDINGS)

"""Amounts and points in templates, the same in every language."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from loyalty.rules import calendar
from loyalty.rules import money as rules

register = template.Library()


@register.filter
def money(amount: int | None, currency: str) -> str:
    """Minor units as a price: `{{ order.net_amount|money:order.currency }}`."""
    return "" if amount is None else rules.text(amount, currency)


@register.filter
def points(count: int | None) -> str:
    """`12,345`; points are whole numbers."""
    return "" if count is None else f"{count:,}".replace("-", "−")


@register.filter
def last_day(ends_at: datetime) -> date:
    """The last local day before an exclusive end: what ends on 1 May 00:00 holds through
    30 April."""
    return calendar.last_day(ends_at, timezone.get_current_timezone())


@register.filter
def quantity(count: Decimal) -> str:
    """`1`, `0.375`: without the zeros that the column keeps."""
    return f"{count.normalize():f}"


@register.filter
def signed_points(count: int | None) -> str:
    """`+120` or `−32`."""
    if count is None:
        return ""
    return f"+{count:,}" if count > 0 else points(count)

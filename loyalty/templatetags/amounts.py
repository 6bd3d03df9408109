"""Amounts and points in templates, the same in every language."""

from django import template

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
def signed_points(count: int | None) -> str:
    """`+120` or `−32`."""
    if count is None:
        return ""
    return f"+{count:,}" if count > 0 else points(count)

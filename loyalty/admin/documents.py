"""What the lists of orders and refunds share: how one is found, and how amounts are shown."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext as _

from loyalty.rules import money
from members.models import ApiClient, Member


def found(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Documents with this number, or of the member with this card.

    The number is looked for within each source that channels use, where it has an index.
    """
    sources = list(ApiClient.objects.order_by().values_list("source", flat=True).distinct())
    by_number = Q(source__in=sources, external_id=text)
    member = Member.objects.filter(card_number=text.upper().replace(" ", "")).values_list("pk")
    return queryset.filter(by_number | Q(member_id__in=list(member.values_list("pk", flat=True))))


def amount(value: int | None, currency: str) -> str:
    return "–" if value is None else money.text(value, currency)


def signed(points: int) -> Any:
    """`+120` in green, `−32` in red."""
    if not points:
        return "0"
    tone = "good" if points > 0 else "bad"
    shown = f"{points:+,}".replace("-", "−")
    return format_html('<span class="console-{}">{}</span>', tone, shown)


def payments(rows: Any, currency: str) -> str:
    """`Card ¥180.00, points ¥20.00`; a kind without a name here shows its code."""
    names = {
        "cash": _("cash"),
        "card": _("bank card"),
        "wechat": _("WeChat Pay"),
        "alipay": _("Alipay"),
        "points": _("points"),
        "gift_card": _("gift card"),
        "coupon": _("coupon"),
        "other": _("other"),
    }
    told = []
    for row in rows or []:
        kind = str(row.get("kind") or row.get("method") or row.get("type") or "")
        value = row.get("amount")
        shown = money.text(value, currency) if isinstance(value, int) else ""
        told.append(f"{names.get(kind.lower(), kind)} {shown}".strip())
    return ", ".join(told)

"""What the lists of orders and refunds share: how one is found, and how amounts are shown."""

from typing import Any

from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from loyalty.rules import money
from loyalty.selectors import documents
from members.models import Member


def found(queryset: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Documents with this number, or of the member with this card."""
    member = Member.objects.filter(card_number=text.upper().replace(" ", "")).values_list(
        "pk", flat=True
    )
    by_number = documents.numbered(queryset.order_by(), text).values("pk")
    # Each condition has its own index; an OR over both would read the table.
    by_member = queryset.order_by().filter(member_id__in=list(member)).values("pk")
    return queryset.filter(pk__in=by_number.union(by_member).values("pk"))


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
    """`WeChat Pay ¥180.00, points ¥20.00`; a method without a name here shows its code."""
    told = []
    for row in rows or []:
        code = row["method"] if row["kind"] == "MONEY" else row["kind"]
        name = _METHODS.get(code.lower(), code)
        told.append(f"{name} {money.text(row['amount'], currency)}")
    return ", ".join(told)


_METHODS = {
    "cash": _("cash"),
    "card": _("bank card"),
    "wechat": _("WeChat Pay"),
    "wechat_pay": _("WeChat Pay"),
    "alipay": _("Alipay"),
    "points": _("points"),
    "gift_card": _("gift card"),
    "stored_value": _("stored value"),
}

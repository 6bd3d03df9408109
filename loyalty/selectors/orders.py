"""Orders of a member with what a page shows of them."""

from django.db.models import Prefetch

from loyalty.models import Order, OrderLine, Refund
from members.selectors import pages
from members.selectors.pages import Page


def history(*, member_id: int, before_id: int | None = None, limit: int = 20) -> Page[Order]:
    """The member's orders, newest first, with lines, products and refunds; three queries."""
    lines = OrderLine.objects.select_related("product").order_by("number")
    refunds = Refund.objects.filter(state=Refund.State.APPLIED).order_by("pk").defer("answer")
    orders = (
        Order.objects.filter(member_id=member_id)
        .select_related("store", "channel")
        .prefetch_related(Prefetch("lines", lines), Prefetch("refunds", refunds))
        .defer("answer", "payments")
    )
    return pages.newest_first(orders, before_id=before_id, limit=limit)


def latest(*, member_id: int, limit: int = 5) -> list[Order]:
    """The member's last orders, without their lines; one query."""
    orders = Order.objects.filter(member_id=member_id).select_related("store", "channel")
    return list(orders.defer("answer", "payments", "trace").order_by("-pk")[:limit])

"""Orders of a member with what a page shows of them."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from loyalty.models import Order, OrderLine, Refund
from members.errors import NotFound
from members.models import Member
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


@dataclass(frozen=True)
class OrderInFull:
    """An order with its lines and the id of its member."""

    order: Order
    lines: list[OrderLine]
    member_uid: UUID | None


def by_uid(*, uid: UUID, store_ids: frozenset[int] | None = None) -> OrderInFull:
    """The order, if it belongs to one of the stores (None: all); three queries.

    Raises: NotFound.
    """
    order = Order.objects.filter(uid=uid).select_related("store", "channel").first()
    if order is None or (store_ids is not None and order.store_id not in store_ids):
        raise NotFound
    lines = OrderLine.objects.filter(order_id=order.pk).select_related("product")
    members = Member.objects.filter(pk=order.member_id).values_list("uid", flat=True)
    return OrderInFull(
        order,
        list(lines.order_by("number")),
        members.first() if order.member_id else None,
    )

"""What the preview of a merge shows of points, tier, orders and coupons, and why a merge stays."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Count, Sum
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.admin import words
from loyalty.models import Coupon, Hold, Lot, Order, Refund
from loyalty.selectors import accounts
from members.registry import merge_page
from members.registry.merge_page import Line, Section


def register() -> None:
    """Called by `apps.ready`."""
    merge_page.add_section(
        Section(code="loyalty", title=gettext_lazy("Points and orders"), lines=_lines, order=20)
    )
    merge_page.add_obstacle(
        "points_moved",
        gettext_lazy("Points moved since: an order, a refund, a hold, or points that lapsed."),
    )
    merge_page.add_obstacle(
        "coupons_used",
        gettext_lazy("A coupon or an offer limited per person was given or used since."),
    )


def _lines(member_ids: Collection[int], at: datetime) -> Mapping[int, Sequence[Line]]:
    return {member_id: _of(member_id, at) for member_id in member_ids}


def _of(member_id: int, at: datetime) -> list[Line]:
    return [*_account(member_id, at), *_rows(member_id)]


def _account(member_id: int, at: datetime) -> list[Line]:
    """What is true at `at`, whether or not a job has run."""
    view = accounts.account(member_id=member_id, at=at)
    if view is None:
        return [Line(_("Tier"), "–")]
    tier = str(view.tier)
    if view.tier_until_at:
        day = formats.date_format(timezone.localtime(view.tier_until_at), "SHORT_DATE_FORMAT")
        tier = _("%(tier)s until %(day)s") % {"tier": tier, "day": day}
    return [
        Line(_("Tier"), tier),
        Line(_("Points that can be used"), f"{view.available:,}"),
        Line(_("Pending points"), f"{view.pending:,}"),
        Line(_("Held points"), f"{view.held:,}"),
        Line(_("Debt"), f"{view.debt:,}"),
        Line(_("Earned, lifetime"), f"{view.earned:,}"),
    ]


def _rows(member_id: int) -> list[Line]:
    """Figures of the rows that a merge moves."""
    lots = Lot.objects.filter(member_id=member_id, is_open=True).aggregate(
        count=Count("pk"), points=Sum("remaining_points")
    )
    holds = Hold.objects.filter(member_id=member_id, state=Hold.State.OPEN).count()
    refunds = Refund.objects.filter(member_id=member_id, state="APPLIED").count()
    usable = (Coupon.State.CLAIMED, Coupon.State.LOCKED)
    coupons = Coupon.objects.filter(member_id=member_id)
    return [
        Line(
            _("Lots"),
            f"{lots['count']} ({words.points(lots['points'] or 0)})",
        ),
        Line(_("Open holds"), str(holds)),
        Line(_("Orders"), str(Order.objects.filter(member_id=member_id).count())),
        Line(_("Refunds"), str(refunds)),
        Line(_("Coupons that can be used"), str(coupons.filter(state__in=usable).count())),
        Line(_("All coupons"), str(coupons.count())),
    ]

"""The home page's figures, from roll-ups and accounts, never from raw orders.

Definitions with worked numbers: docs/algorithms/home-figures.md.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from analytics.models import MemberDay
from analytics.rules import comparisons, liability
from analytics.selectors import home_definitions as definitions
from analytics.selectors.figures import Day, Figure, Slice
from analytics.selectors.home_periods import Periods
from loyalty.models import Account, Lot
from loyalty.services import programs
from members.models import Member

# Merged and erased people are no members any more.
COUNTED = (Member.State.ACTIVE, Member.State.RESTRICTED)
Rows = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Home:
    """Everything on the page. `as_of` is today in the programme's zone and counts in full."""

    at: datetime
    as_of: date
    currency: str
    figures: tuple[Figure, ...]
    trend: tuple[Day, ...]
    tiers: tuple[Slice, ...]
    channels: tuple[Slice, ...]

    def figure(self, code: str) -> Figure:
        return next(figure for figure in self.figures if figure.code == code)


def home(*, at: datetime, store_ids: Collection[int] | None = None) -> Home:
    """The page as of `at`, in six queries; amounts in minor units of `currency`. A process that
    hasn't read the programme yet takes three more.

    `store_ids` narrows it: sales to those made in these stores, members, tiers and liability to
    the members whose home store is one of them. None: the whole chain.
    """
    terms = programs.current()
    periods = Periods.at(at, terms.zone)
    days = _days(periods, store_ids)
    holdings = _holdings(store_ids)
    points = _outstanding(holdings, at, store_ids)
    owed = liability.liability(
        outstanding_points=points,
        redeem_points=terms.redeem_points,
        redeem_amount=terms.redeem_amount,
        breakage_percent=terms.breakage_percent,
    )
    return Home(
        at=at,
        as_of=periods.as_of,
        currency=terms.currency,
        figures=(
            *definitions.of_members(_members(periods, store_ids)),
            definitions.of_active(_active(periods, store_ids)),
            *definitions.of_sales(_sales(days, periods)),
            *definitions.of_liability(points, owed),
        ),
        trend=_trend(days, periods),
        tiers=_tiers(holdings),
        channels=_channels(days, periods),
    )


def _members(periods: Periods, store_ids: Collection[int] | None) -> dict[str, int]:
    now, before, end = (
        periods.instant(day) for day in (periods.from_day, periods.previous_from, periods.until_day)
    )
    counted = _in_stores(Member.objects.filter(state__in=COUNTED), "store_id", store_ids)
    return counted.aggregate(
        total=Count("pk", filter=Q(joined_at__lt=end)),
        new=Count("pk", filter=Q(joined_at__gte=now, joined_at__lt=end)),
        new_before=Count("pk", filter=Q(joined_at__gte=before, joined_at__lt=now)),
    )


def _active(periods: Periods, store_ids: Collection[int] | None) -> dict[str, int]:
    paid = _member_days(periods, store_ids).filter(orders_count__gt=0, member__isnull=False)
    is_now = Q(day__gte=periods.from_day)
    return paid.aggregate(
        now=Count("member_id", distinct=True, filter=is_now),
        before=Count("member_id", distinct=True, filter=~is_now),
    )


def _days(periods: Periods, store_ids: Collection[int] | None) -> Rows:
    """Sums per day and channel of both periods: some hundred rows."""
    grouped = _member_days(periods, store_ids).values(
        "day",
        code=F("channel__code"),
        name_zh=F("channel__name_zh"),
        name_en=F("channel__name_en"),
    )
    sums = grouped.annotate(
        sales=Sum("net_amount"),
        member_sales=Sum("net_amount", filter=Q(member__isnull=False), default=0),
        orders=Sum("orders_count"),
        earned=Sum("earned_points"),
        spent=Sum("spent_points"),
    )
    return list(sums.order_by("day", "code"))


def _sales(days: Rows, periods: Periods) -> dict[str, int]:
    sums: defaultdict[str, int] = defaultdict(int)
    for row in days:
        period = "now" if row["day"] >= periods.from_day else "before"
        sums[f"all_{period}"] += int(row["sales"])
        sums[f"member_{period}"] += int(row["member_sales"])
    return sums


def _trend(days: Rows, periods: Periods) -> tuple[Day, ...]:
    sums: dict[date, Day] = {day: Day(day=day) for day in periods.days}
    for row in days:
        if so_far := sums.get(row["day"]):
            sums[row["day"]] = Day(
                day=row["day"],
                sales_amount=so_far.sales_amount + int(row["sales"]),
                orders_count=so_far.orders_count + row["orders"],
                earned_points=so_far.earned_points + int(row["earned"]),
                spent_points=so_far.spent_points + int(row["spent"]),
            )
    return tuple(sums.values())


def _channels(days: Rows, periods: Periods) -> tuple[Slice, ...]:
    now = [row for row in days if row["day"] >= periods.from_day]
    sums: defaultdict[str, int] = defaultdict(int)
    for row in now:
        sums[row["code"]] += int(row["sales"])
    names = {row["code"]: {"zh": row["name_zh"], "en": row["name_en"]} for row in now}
    whole = sum(sums.values())
    return tuple(
        Slice(
            code=code,
            names=names[code],
            value=value,
            share_percent=comparisons.share_percent(value, whole),
        )
        for code, value in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    )


def _holdings(store_ids: Collection[int] | None) -> Rows:
    """Members and points per tier, lowest first."""
    accounts = _in_stores(Account.objects.all(), "member__store_id", store_ids)
    grouped = accounts.values(
        rank=F("tier__rank"),
        code=F("tier__code"),
        name_zh=F("tier__name_zh"),
        name_en=F("tier__name_en"),
        color=F("tier__color"),
    )
    sums = grouped.annotate(
        members=Count("pk", filter=Q(member__state__in=COUNTED)),
        points=Sum(F("pending_points") + F("active_points")),
    )
    return list(sums.order_by("rank"))


def _tiers(holdings: Rows) -> tuple[Slice, ...]:
    whole = sum(row["members"] for row in holdings)
    return tuple(
        Slice(
            code=row["code"],
            names={"zh": row["name_zh"], "en": row["name_en"]},
            value=row["members"],
            share_percent=comparisons.share_percent(row["members"], whole),
            color=row["color"],
        )
        for row in holdings
    )


def _outstanding(holdings: Rows, at: datetime, store_ids: Collection[int] | None) -> int:
    """Pending and active points, less what lapsed since the member's last posting."""
    lapsed = _in_stores(
        Lot.objects.filter(is_open=True, expires_at__lte=at), "member__store_id", store_ids
    ).aggregate(points=Sum(F("remaining_points") - F("held_points"), default=0))
    return int(sum(row["points"] for row in holdings) - lapsed["points"])


def _member_days(periods: Periods, store_ids: Collection[int] | None) -> QuerySet[MemberDay]:
    both = MemberDay.objects.filter(day__gte=periods.previous_from, day__lt=periods.until_day)
    return _in_stores(both, "store_id", store_ids)


def _in_stores(
    queryset: QuerySet[Any], field: str, store_ids: Collection[int] | None
) -> QuerySet[Any]:
    return queryset if store_ids is None else queryset.filter(**{f"{field}__in": store_ids})

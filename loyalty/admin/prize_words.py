"""Prizes that were given, by name: which coupon, which tier, not only what kind of thing."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from loyalty.admin import words
from loyalty.models import Badge, BenefitGrant, Coupon, PrizeGrant, PrizeWhat, Tier


def named(rows: Sequence[PrizeGrant]) -> dict[int, str]:
    """By the prize's id: `20 points`, `2 × 10 yuan off`, `Gold`. At most four queries, however
    many prizes; what is gone is told by its kind."""
    things = {
        PrizeWhat.COUPON: _coupons(rows),
        PrizeWhat.TIER: _by_code(Tier.objects.filter(program__is_current=True), "tier", rows),
        PrizeWhat.BENEFIT: _benefits(rows),
        PrizeWhat.BADGE: _by_code(Badge.objects.all(), "badge", rows),
    }
    return {row.pk: _told(row, things) for row in rows}


def _told(row: PrizeGrant, things: Mapping[PrizeWhat, Mapping[int, str]]) -> str:
    if row.what == PrizeWhat.POINTS:
        return words.points(row.points)
    return things[PrizeWhat(row.what)].get(row.pk) or str(row.get_what_display())


def _coupons(rows: Iterable[PrizeGrant]) -> dict[int, str]:
    ids = {row.pk: row.made.get("coupons", []) for row in rows if row.what == PrizeWhat.COUPON}
    first = {given[0] for given in ids.values() if given}
    found = Coupon.objects.filter(pk__in=first).select_related("type") if first else ()
    names = {coupon.pk: coupon.type.name for coupon in found}
    told = {pk: (len(given), names.get(given[0], "")) for pk, given in ids.items() if given}
    pattern = _("%(count)s × %(thing)s")
    return {
        pk: name if count == 1 or not name else pattern % {"count": count, "thing": name}
        for pk, (count, name) in told.items()
    }


def _by_code(known: QuerySet[Any], key: str, rows: Iterable[PrizeGrant]) -> dict[int, str]:
    what = key.upper()
    codes = {row.pk: row.made.get(key, "") for row in rows if row.what == what}
    found = known.filter(code__in=set(codes.values())) if codes else ()
    names = {one.code: one.name for one in found}
    return {pk: names.get(code, "") for pk, code in codes.items()}


def _benefits(rows: Iterable[PrizeGrant]) -> dict[int, str]:
    ids = {row.pk: row.made.get("benefit") for row in rows if row.what == PrizeWhat.BENEFIT}
    given = BenefitGrant.objects.filter(pk__in=set(ids.values()) - {None}) if ids else None
    found = given.select_related("benefit") if given is not None else ()
    names = {one.pk: one.benefit.name for one in found}
    return {pk: names.get(grant_id, "") for pk, grant_id in ids.items()}

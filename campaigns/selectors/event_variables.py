"""What the event that began it says: figures as they are told, and the names of what it names."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from campaigns.selectors.account_variables import coefficient_of
from campaigns.selectors.asked import Asked, Moment, Variables, known, name_in
from loyalty.models import Badge, Benefit, Challenge, Product, Reward, Tier
from members.models import Appointment, Community
from members.selectors import appointments

FIGURES = (
    *("order_number", "order_amount", "order_points"),
    *("expiring_points", "expiring_amount", "expiring_on", "benefit_until"),
)
NAMED = ("product", "product_price", "benefit", "reward", "challenge", "badge", "community")
TIERS = ("tier", "former_tier", "coefficient")
APPOINTMENTS = ("appointment", "starts_at", "store")


def read_figures(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """No query."""
    return [_figures(one, moment) for one in asked]


def _figures(one: Asked, moment: Moment) -> Variables:
    told = one.payload
    found = known(
        order_number=str(told.get("order") or ""),
        order_amount=_number(told, "net_amount"),
        order_points=_number(told, "earned_points"),
    )
    points, last_on = _number(told, "points"), str(told.get("last_on") or "")
    # Points that lapse are told with their month; a campaign that hears of it says these.
    if told.get("month") and points and last_on:
        amount = moment.terms.amount_of(points)
        found |= {"expiring_points": points, "expiring_amount": amount, "expiring_on": last_on}
    until_at = told.get("until_at")
    if one.told("benefits") and last_on:
        found["benefit_until"] = last_on
    elif one.told("benefit") and until_at:
        found |= known(benefit_until=moment.last_day(datetime.fromisoformat(str(until_at))))
    return found


def _number(told: Any, name: str) -> int | None:
    value = told.get(name)
    return value if type(value) is int else None


def read_named(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """One query for each kind of thing that is wanted."""
    products = _rows(Product, "sku", asked, ("product",)) if _wants(wanted, "product") else {}
    things = {
        name: _rows(model, key, asked, names)
        for name, (model, key, names) in _THINGS.items()
        if name in wanted
    }
    found = []
    for one in asked:
        more = {
            name: _names((rows.get(code) for code in one.told(*_THINGS[name][2])), one.language)
            for name, rows in things.items()
        }
        product = next((products[sku] for sku in one.told("product") if sku in products), None)
        if product is not None:
            more["product"] = name_in(product, one.language)
            more["product_price"] = product.list_price_amount
        found.append(known(**more))
    return found


_THINGS: dict[str, tuple[Any, str, tuple[str, ...]]] = {
    "benefit": (Benefit, "code", ("benefit", "benefits")),
    "reward": (Reward, "code", ("reward",)),
    "challenge": (Challenge, "code", ("challenge",)),
    "badge": (Badge, "code", ("badge",)),
    "community": (Community, "code", ("community",)),
}


def _wants(wanted: frozenset[str], prefix: str) -> bool:
    return any(name.startswith(prefix) for name in wanted)


def _rows(model: Any, key: str, asked: Sequence[Asked], names: Sequence[str]) -> dict[str, Any]:
    codes = {code for one in asked for code in one.told(*names)}
    if not codes:
        return {}
    return {getattr(row, key): row for row in model.objects.filter(**{f"{key}__in": codes})}


def _names(rows: Iterable[Any], language: str) -> str:
    named = [name_in(row, language) for row in rows if row is not None]
    return ("、" if language.startswith("zh") else ", ").join(dict.fromkeys(filter(None, named)))


def read_tiers(asked: Sequence[Asked], wanted: frozenset[str], moment: Moment) -> list[Variables]:
    """At most one query. After an upgrade the text speaks of that tier, whatever came since."""
    codes = {code for one in asked for code in one.told("to_tier", "from_tier")}
    if not codes:
        return [{} for _ in asked]
    rows = Tier.objects.filter(program__is_current=True, code__in=codes)
    tiers = {tier.code: tier for tier in rows}
    found = []
    for one in asked:
        tier = tiers.get(str(one.payload.get("to_tier", "")))
        former = tiers.get(str(one.payload.get("from_tier", "")))
        more = known(former_tier=name_in(former, one.language) if former else None)
        if tier:
            more |= {"tier": name_in(tier, one.language), "coefficient": coefficient_of(tier)}
        found.append(more)
    return found


def read_appointments(
    asked: Sequence[Asked], wanted: frozenset[str], moment: Moment
) -> list[Variables]:
    """At most one query."""
    uids = {uid for one in asked for uid in one.told("appointment")}
    if not uids:
        return [{} for _ in asked]
    rows = Appointment.objects.select_related("kind", "store").filter(
        uid__in=uids, state=Appointment.State.BOOKED
    )
    booked = {str(row.uid): row for row in rows}
    return [_appointment(one, booked, moment) for one in asked]


def _appointment(one: Asked, booked: dict[str, Appointment], moment: Moment) -> Variables:
    """Nothing, once it was canceled or is at another time: the text says so by not being."""
    uid = (one.told("appointment") or [""])[0]
    row = booked.get(uid)
    told = one.payload.get("starts_at")
    if row is None or (told and appointments.stamp(row.starts_at) != told):
        return {}
    zone = ZoneInfo(row.store.time_zone) if row.store.time_zone else moment.terms.zone
    local = row.starts_at.astimezone(zone)
    return {
        "appointment": name_in(row.kind, one.language),
        "store": name_in(row.store, one.language),
        "starts_at": f"{local:%Y-%m-%d %H:%M}",
    }

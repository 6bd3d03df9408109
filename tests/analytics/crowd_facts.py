"""What is so of a person of the crowd, computed in Python, leaf by leaf; and random conditions."""

import hashlib
import random
from datetime import date, datetime, timedelta
from typing import Any

from members.registry import member_fields
from members.rules.conditions import Condition, Leaf, Op, Type
from tests.analytics.crowd import AT, CATEGORIES, KINDS, SKUS, TODAY, ZONE, Person, Sold

# By field: values to choose from, windows, codes.
VALUES: dict[str, list[Any]] = {
    "member.gender": ["FEMALE", "MALE"],
    "member.birth_band": [1960, 1985, 2000],
    "member.language": ["en", "zh-hans"],
    "member.placement": ["counter", "poster"],
    "member.guide": ["g-1", "g-2"],
    "member.joined_days": [0, 100, 300],
    "member.tags": ["vip", "new"],
    "member.tier": ["member", "silver"],
    "member.bucket": [0, 25, 50, 99],
    "birthday.in_days": [0, 1, 2, 29, 30, 304, 363, 364],
    "consent.marketing": ["SMS", "EMAIL", "INBOX"],
    "reach.marketing": ["SMS", "EMAIL", "INBOX", "WECHAT"],
    "points.available": [0, 50, 500],
    "orders.count": [0, 1, 2, 5],
    "orders.last_days": [0, 1, 30, 90],
    "orders.first_days": [0, 7, 365],
    "spend.total": [0, 5_000, 12_345, 30_000],
    "spend.average": [5_000, 7_500, 12_345],
    "bought.products": list(SKUS),
    "bought.categories": ["skincare", "bodycare"],
    "bought.category_orders": [0, 1, 2],
    "behavior.count": [0, 1, 3],
}
WINDOWS = (1, 7, 30, 90, 365)
CODES = {
    "member.bucket": ["2026-spring", "b"],
    "bought.category_orders": ["skincare", "bodycare"],
    "behavior.count": [*KINDS, "product_view:SK-1", "share:SK-2"],
}


def facts(person: Person, condition: Condition) -> dict[str, Any]:
    return {leaf.key: _fact(person, leaf) for leaf in condition.leaves}


def _fact(person: Person, leaf: Leaf) -> Any:
    values, code = person.values, leaf.field.code
    plain = {
        "member.gender": values["gender"] or None,
        "member.birth_band": values["birth_band"],
        "member.language": values["language"],
        "member.placement": values["placement"] or None,
        "member.guide": values["guide"] or None,
        "member.joined_days": (TODAY - values["joined_at"].astimezone(ZONE).date()).days,
        "member.tags": person.tags,
        "member.tier": person.tier,
        "points.available": person.points,
        "consent.marketing": _allowed(person),
        "reach.marketing": _reached(person),
    }
    if code in plain:
        return plain[code]
    if code == "member.bucket":
        return _bucket(person, leaf.of)
    if code == "birthday.in_days":
        return _until_birthday(values["birthday_md"])
    if code == "behavior.count":
        return sum(_is_asked(deed, leaf) for deed in person.deeds)
    return _bought(code, [one for one in person.orders if _within(one.occurred_at, leaf)], leaf)


def _within(when: datetime, leaf: Leaf) -> bool:
    return when < AT and (leaf.days is None or AT - timedelta(days=leaf.days) <= when)


def _allowed(person: Person) -> set[str]:
    last = dict(person.answers)
    return {medium for medium, is_granted in last.items() if is_granted}


def _reached(person: Person) -> set[str]:
    band = person.values["birth_band"]
    if band is not None and band + 4 + 14 >= TODAY.year:
        return set()
    needed = {"SMS": "PHONE", "EMAIL": "EMAIL", "WECHAT": "WECHAT_OPENID"}
    return {one for one in _allowed(person) if one == "INBOX" or needed.get(one) in person.kinds}


def _bucket(person: Person, of: tuple[str, ...]) -> int:
    salt = of[0] if of else ""
    digest = hashlib.sha256(f"{salt}:{person.uid}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % 100


def _until_birthday(month_day: int | None) -> int | None:
    """By looking at one day after the other."""
    if month_day is None:
        return None
    for days in range(367):
        day = TODAY + timedelta(days=days)
        if day.month * 100 + day.day == month_day:
            return days
        is_leap = (date(day.year, 3, 1) - timedelta(days=1)).day == 29
        if month_day == 229 and not is_leap and (day.month, day.day) == (2, 28):
            return days
    raise AssertionError(month_day)


def _is_asked(deed: tuple[str, str, datetime], leaf: Leaf) -> bool:
    kind, thing, when = deed
    return _within(when, leaf) and (not leaf.of or kind in leaf.of or f"{kind}:{thing}" in leaf.of)


def _bought(code: str, orders: list[Sold], leaf: Leaf) -> Any:
    paid = [one for one in orders if one.net > 0]
    kept = {sku for one in orders for sku, net, back in one.lines if net > back}
    spent = sum(one.net for one in orders)
    if code == "bought.category_orders":
        return sum(
            any(net > back and CATEGORIES[sku] in leaf.of for sku, net, back in one.lines)
            for one in orders
        )
    return {
        "orders.count": len(paid),
        "orders.last_days": (TODAY - max(one.day for one in paid)).days if paid else None,
        "orders.first_days": (TODAY - min(one.day for one in paid)).days if paid else None,
        "spend.total": spent,
        "spend.average": spent // len(paid) if paid else None,
        "bought.products": kept,
        "bought.categories": {CATEGORIES[sku] for sku in kept},
    }[code]


def random_leaf(dice: random.Random) -> dict[str, Any]:
    code = dice.choice(list(VALUES))
    asked = member_fields.MEMBER_FIELDS[code].field
    op = dice.choice(asked.ops)
    leaf: dict[str, Any] = {"field": code, "op": op.value}
    if op == Op.BETWEEN:
        leaf["value"] = sorted(dice.choices(VALUES[code], k=2))
    elif op in (Op.IN, Op.NOT_IN, Op.CONTAINS) or asked.type == Type.SET:
        leaf["value"] = dice.sample(VALUES[code], k=dice.randint(1, 2))
    else:
        leaf["value"] = dice.choice(VALUES[code])
    if asked.days and dice.random() < 0.7:
        leaf["days"] = dice.choice(WINDOWS)
    if asked.of and (asked.of.is_needed or dice.random() < 0.6):
        leaf["of"] = dice.sample(CODES[code], k=min(asked.of.most, dice.randint(1, 2)))
    return leaf


def random_tree(dice: random.Random, depth: int = 3) -> dict[str, Any]:
    kind = dice.choice(["leaf", "all", "any", "not"]) if depth else "leaf"
    if kind == "leaf":
        return random_leaf(dice)
    if kind == "not":
        return {"not": random_tree(dice, depth - 1)}
    return {kind: [random_tree(dice, depth - 1) for _ in range(dice.randint(1, 3))]}

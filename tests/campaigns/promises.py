"""Quotes by hand, and orders that are paid by them: what was promised needn't be what an engine
would find."""

from datetime import timedelta
from decimal import Decimal

from django.db import connection

from campaigns.models import Offer, OfferUse
from campaigns.services import quote_locks, quote_tokens
from campaigns.services.quote_locks import LockDocument
from loyalty.models import Pool, PoolUse
from members.ids import uuid7
from tests.loyalty import till

PHONE = "13800138000"


def offer(code, **settings):
    """A published offer, its budget and count filled."""
    made = Offer.objects.create(
        code=code,
        name_en=code,
        state=Offer.State.PUBLISHED,
        valid_from=till.NOW - timedelta(days=100),
        **settings,
    )
    with connection.cursor() as cursor:
        for what, total in (("amount", made.budget_amount), ("count", made.limit_count)):
            if total is not None:
                cursor.execute("SELECT loyalty_pool_fill(%s, %s)", [f"offer:{code}:{what}", total])
    return made


def applied(row, line_amounts, *, gifts=(), shipping=0, what="offer", **more):
    return {
        "what": what,
        "id": row.pk,
        "code": row.code,
        "type_code": "",
        "coupon_id": None,
        "kind": row.kind,
        "layer": 3,
        "amount": sum(line_amounts.values()) + shipping,
        "lines": dict(line_amounts),
        "shipping": shipping,
        "times": 1,
        "gifts": list(gifts),
        "multiplier": 100,
        **more,
    }


def gift(code, coupon_type="", *, sku="", quantity=1):
    return {
        "what": "offer",
        "code": code,
        "sku": sku,
        "quantity": quantity,
        "coupon_type": coupon_type,
    }


def promise(prices, *taken, member=None, at=till.NOW, **more):
    """A promise of one piece for each price by line id; `taken` are rows of `applied`."""
    lines = []
    for line_id, price in prices.items():
        off = sum(one["lines"].get(line_id, 0) for one in taken)
        lines.append([line_id, f"SK-{line_id}", "1", price, price, price - off, "", ""])
    shipping = more.pop("shipping", [0, 0])
    payable = sum(line[5] for line in lines) + shipping[0] - shipping[1]
    return {
        "v": quote_tokens.VERSION,
        "id": str(uuid7()),
        "at": at.isoformat(),
        "until": (at + timedelta(minutes=10)).isoformat(),
        "member": member.pk if member else None,
        "holder": f"member:{member.pk}" if member else "",
        "source": "till",
        "program": [1, 1],
        "store": "SH01",
        "store_id": None,
        "channel": "pos",
        "currency": "CNY",
        "percent_base": "RUNNING",
        "lines": lines,
        "shipping": shipping,
        "applied": list(taken),
        "points": {"used": 0, "amount": 0},
        "payable": payable,
        "entered": [],
        "uses_held": False,
        **more,
    }


def order_lines(promised):
    return [
        {
            "line_id": line_id,
            "sku": sku,
            "quantity": quantity,
            "unit_price_amount": price,
            "discount_amount": gross - net,
            "net_amount": net,
        }
        for line_id, sku, quantity, price, gross, net, *_ in promised["lines"]
    ]


def document(external_id, promised, **options):
    freight, off = promised["shipping"]
    return till.document(
        external_id,
        *options.pop("lines", None) or order_lines(promised),
        quote_id=quote_tokens.sign(promised),
        shipping_amount=freight - off,
        **options,
    )


def pay(external_id, promised, **options):
    """The answer of an order that is what its quote promised."""
    freight, off = promised["shipping"]
    return till.sell(
        external_id,
        *options.pop("lines", None) or order_lines(promised),
        quote_id=options.pop("quote_id", None) or quote_tokens.sign(promised),
        shipping_amount=options.pop("shipping_amount", freight - off),
        **options,
    )


def left(code, what="amount"):
    """What a pool has left; None: it has no end."""
    rows = Pool.objects.filter(key=f"offer:{code}:{what}").values_list("left", flat=True)
    return sum(rows) if rows else None


def used(code, holder, day=""):
    """How often a holder used an offer, in all or on a day."""
    key = f"offer:{code}:{day}" if day else f"offer:{code}"
    return PoolUse.objects.filter(key=key, holder=holder).values_list("used", flat=True).first()


def uses(code=None):
    """(state, amount, returned) of the uses of an offer, or of all."""
    rows = OfferUse.objects.filter(code=code) if code else OfferUse.objects.all()
    return list(rows.order_by("pk").values_list("state", "amount", "returned_amount"))


def pieces(**quantities):
    """Lines of a refund that names pieces and no amounts."""
    return [
        {"line_id": line_id, "quantity": str(Decimal(quantity))}
        for line_id, quantity in quantities.items()
    ]


def lock(external_id, promised, *, at=till.NOW, source=till.TILL, **options):
    """The answer of a lock of this quote for an order."""
    sent = LockDocument(quote_id=quote_tokens.sign(promised), external_id=external_id, **options)
    return quote_locks.create(lock=sent, source=source, at=at)


def release(answer, at=till.NOW):
    return quote_locks.release(lock_uid=answer["id"], source=till.TILL, at=at)

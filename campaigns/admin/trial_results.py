"""A quote in words: its lines, what applies and what it does, what doesn't and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from campaigns.admin import quote_words
from campaigns.services.quote_documents import CartDocument, CartLineDocument
from loyalty.rules import money

Row = Mapping[str, Any]
LAYERS: Mapping[str, Any] = {
    "item": gettext_lazy("prices"),
    "bundle": gettext_lazy("bundles"),
    "order": gettext_lazy("offers on the purchase"),
    "coupon": gettext_lazy("coupons"),
    "shipping": gettext_lazy("freight"),
}


@dataclass(frozen=True)
class LineTold:
    item: str
    quantity: str
    gross: str
    discounts: tuple[str, ...]
    net: str


@dataclass(frozen=True)
class Reason:
    """A discount with what it does, or why it doesn't."""

    name: str
    code: str
    text: str
    is_coupon: bool


@dataclass(frozen=True)
class Result:
    """What one set of offers makes of the cart. `difference` is to the published ones."""

    title: str
    payable_amount: int
    payable: str
    saved: str
    lines: tuple[LineTold, ...]
    applied: tuple[Reason, ...]
    rejected: tuple[Reason, ...]
    notes: tuple[str, ...]
    difference: str = ""
    is_less: bool = False


def told(title: str, answer: Row, cart: CartDocument, before: Result | None = None) -> Result:
    """`answer` as `POST /quotes` gives it."""
    currency = answer["currency"]
    names = {
        row["code"]: quote_words.name(row) for row in (*answer["rejected"], *answer["applied"])
    }
    saved = answer["discount_amount"] + answer["shipping_discount_amount"]
    change = 0 if before is None else answer["payable_amount"] - before.payable_amount
    pattern = _("%(amount)s less than without") if change < 0 else _("%(amount)s more than without")
    sold = {line.line_id: line for line in cart.lines}
    return Result(
        title=title,
        payable_amount=answer["payable_amount"],
        payable=money.text(answer["payable_amount"], currency),
        saved=_("%(amount)s saved") % {"amount": money.text(saved, currency)} if saved else "",
        lines=tuple(_line(row, sold[row["line_id"]], names, currency) for row in answer["lines"]),
        applied=tuple(
            _reason(row, quote_words.discount(row, currency=currency)) for row in answer["applied"]
        ),
        rejected=tuple(
            _reason(row, quote_words.reason(row, currency=currency, names=names))
            for row in answer["rejected"]
        ),
        notes=tuple(_notes(answer, names)),
        difference=pattern % {"amount": money.text(abs(change), currency)} if change else "",
        is_less=change < 0,
    )


def _line(row: Row, sold: CartLineDocument, names: Mapping[str, str], currency: str) -> LineTold:
    return LineTold(
        item=sold.sku,
        quantity=f"{sold.quantity.normalize():f}",
        gross=money.text(row["gross_amount"], currency),
        discounts=tuple(
            _("%(name)s: %(amount)s")
            % {
                "name": names.get(one["code"], one["code"]),
                "amount": money.text(-one["amount"], currency),
            }
            for one in row["discounts"]
        ),
        net=money.text(row["net_amount"], currency),
    )


def _reason(row: Row, text: str) -> Reason:
    return Reason(quote_words.name(row), row["code"], text, row["what"] == "coupon")


def _notes(answer: Row, names: Mapping[str, str]) -> list[str]:
    """Freight, what the margin guard kept, points."""
    currency, notes = answer["currency"], []
    if answer["shipping_amount"]:
        freight = answer["shipping_amount"] - answer["shipping_discount_amount"]
        notes.append(_("Freight: %(amount)s.") % {"amount": money.text(freight, currency)})
    cuts = (cut for line in answer["lines"] for cut in line["cuts"])
    return [*notes, *(_cut(cut, names, currency) for cut in cuts), *_points(answer)]


def _cut(cut: Row, names: Mapping[str, str], currency: str) -> str:
    return _("The margin floor kept %(amount)s of “%(name)s” (%(layer)s).") % {
        "amount": money.text(cut["amount"], currency),
        "name": names.get(cut["code"], cut["code"]),
        "layer": LAYERS.get(cut["layer"], cut["layer"]),
    }


def _points(answer: Row) -> list[str]:
    if not answer["member"]:
        return []
    points, earned = answer["points"], answer["earn_forecast"]["amount"]
    text = ngettext("It would earn %(count)s point.", "It would earn %(count)s points.", earned)
    told = [text % {"count": f"{earned:,}"}]
    if points["usable"]:
        values = {
            "count": f"{points['usable']:,}",
            "amount": money.text(points["usable_amount"], answer["currency"]),
        }
        told.append(_("%(count)s points could pay %(amount)s of it.") % values)
    return told

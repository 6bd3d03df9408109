"""Shops, channels and products, as the shop's own systems would sync them."""

from typing import Any

from config.demo import channels, journey, prices, shops, telling, wares
from config.demo.plans import Plan
from loyalty.services import products
from loyalty.services.products import ProductItem
from members.services import stores
from members.services.stores import ChannelItem, StoreItem


def set_up(plan: Plan) -> None:
    """All that the orders of the plan name. Bears repeats."""
    edition = plan.edition
    stores.sync_channels(
        channels=[
            ChannelItem(way.code, way.kind, way.name_zh, way.name_en)
            for way in channels.ways(edition)
        ]
    )
    stores.sync(
        stores=[
            StoreItem(shop.code, shop.name_zh, shop.name_en, shop.city, edition.time_zone)
            for shop in shops.shops(edition, stores=telling.stores(plan))
        ]
    )
    sold = telling.sold(plan)
    told = wares.wares(journey.products(), sold=sold, edition=edition)
    shelf = prices.list_prices(telling.whole(plan)) if edition.is_invented else {}
    products.sync(
        items=[
            ProductItem(**vars(ware), **_priced(product, shelf.get(product)))
            for product, ware in zip(sold, told, strict=True)
        ]
    )


def _priced(product: int, list_price_amount: int | None) -> dict[str, Any]:
    """Price and cost of a product of the demo; the full load has neither."""
    if list_price_amount is None:
        return {}
    return {
        "list_price_amount": list_price_amount,
        "cost_amount": prices.cost(product, list_price_amount),
    }

"""Shops, channels and products, as the shop's own systems would sync them."""

from config.demo import channels, journey, shops, telling, wares
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
    sold = wares.wares(journey.products(), sold=telling.sold(plan), edition=edition)
    products.sync(items=[ProductItem(**vars(ware)) for ware in sold])

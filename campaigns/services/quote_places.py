"""Where a cart is: the store and channel that it names, as conditions see them."""

from zoneinfo import ZoneInfo

from campaigns.services.quote_inputs import Desk
from loyalty.errors import UnknownChannel, UnknownStore
from loyalty.rules.earning_facts import Place


def place(desk: Desk, *, needs_channel: bool = True) -> Place:
    """The place, in its own zone.

    Raises: UnknownChannel; UnknownStore, also for a store that the source may not speak for.
    """
    enquiry, zone = desk.enquiry, desk.terms.zone
    code, channel = enquiry.cart.store, enquiry.channel
    if channel not in desk.places.channels and (channel or needs_channel):
        raise UnknownChannel(channel=channel)
    if not code:
        return Place(zone=zone, channel_code=channel)
    store = desk.places.stores.get(code)
    allowed = enquiry.source.store_ids
    if store is None or (allowed is not None and store[0] not in allowed):
        raise UnknownStore(store=code)
    store_id, name, city = store
    return Place(
        zone=ZoneInfo(name) if name else zone,
        store_id=store_id,
        store_code=code,
        store_city=city,
        channel_code=channel,
    )

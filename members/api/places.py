"""The store that a body names, among those that the calling client serves."""

from members.models import Store
from members.selectors.clients import Client
from members.services.attributions import UnknownStore


def store_id_of(client: Client, code: str) -> int | None:
    """None where no store is named. One query.

    Raises: UnknownStore, also for a store that the client doesn't serve.
    """
    if not code:
        return None
    found = Store.objects.filter(code=code).values_list("pk", flat=True).first()
    if found is None or not client.serves(code):
        raise UnknownStore
    return found

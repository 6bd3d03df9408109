"""Where a call came from, as limits count it."""

import ipaddress

from django.http import HttpRequest
from rest_framework.request import Request

# One household or phone has a whole network of this size.
_IPV6_NETWORK = 64


def of(request: HttpRequest | Request) -> str:
    """The caller's address, as the outermost of our own proxies saw it (`config.origins`); of
    IPv6 the network."""
    seen = str(request.META.get("REMOTE_ADDR", ""))
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return seen
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{address}/{_IPV6_NETWORK}", strict=False))
    return str(address)

"""Where a call came from, as limits count it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from rest_framework.request import Request

# One household or phone has a whole network of this size.
_IPV6_NETWORK = 64


def of(request: HttpRequest | Request) -> str:
    """The caller's address: what the outermost of our own proxies saw; of IPv6 the network.

    Entries further left in X-Forwarded-For are the caller's own words. Source: RFC 7239, 8.1.
    """
    connected = request.META.get("REMOTE_ADDR", "")
    proxies = settings.TRUSTED_PROXIES
    told = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    seen = told[-proxies] if 0 < proxies <= len(told) and told[-proxies] else connected
    try:
        address = ipaddress.ip_address(seen)
    except ValueError:
        return str(connected)
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network(f"{address}/{_IPV6_NETWORK}", strict=False))
    return str(address)

"""Addresses that the product itself has switched off, since they answered that they are gone."""

from campaigns.models import WebhookEndpoint


def gone() -> list[WebhookEndpoint]:
    """Those that are off still; nobody has looked after them."""
    rows = WebhookEndpoint.objects.defer("secrets")
    return list(rows.filter(is_active=False, gone_at__isnull=False).order_by("code"))

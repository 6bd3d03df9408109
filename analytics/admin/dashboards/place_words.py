"""Names of stores, channels and tiers in the reader's language."""

from django.utils.translation import gettext as _

from analytics.admin.dashboards.dashboards import Asked
from analytics.selectors.filter_choices import CHANNEL, STORE


def store(asked: Asked, row_id: int | None) -> str:
    return _name(asked, STORE, row_id) or _("Without a store")


def channel(asked: Asked, row_id: int | None) -> str:
    return _name(asked, CHANNEL, row_id) or _("Without a channel")


def link(asked: Asked, kind: str, row_id: int | None) -> dict[str, str]:
    """What narrows the page to that place; nothing where it has no row."""
    found = asked.choice(kind, row_id)
    return {kind: found.code} if found else {}


def _name(asked: Asked, kind: str, row_id: int | None) -> str:
    found = asked.choice(kind, row_id)
    return found.name(asked.language) if found else ""

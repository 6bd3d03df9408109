"""The console's pages of this app; each module registers its own."""

from campaigns.admin import (  # noqa: F401
    campaigns,
    deliveries,
    templates,
)

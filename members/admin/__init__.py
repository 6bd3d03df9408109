"""The console's pages of this app; each module registers its own."""

from members.admin import (  # noqa: F401
    approvals,
    audit,
    clients,
    consents,
    dispatches,
    events,
    jobs,
    members,
    operators,
    stores,
    tags,
)

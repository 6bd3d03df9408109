"""Of campaigns and their journeys: who builds them, who does their tasks, who keeps addresses of
other systems."""

from tests import authorization_campaigns
from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    MARKETING,
    OVERSIGHT,
    SHOP_FLOOR,
    Pages,
)

_SEES = MARKETING | OVERSIGHT | {ANALYST}
_DOES = SHOP_FLOOR | {ADMINISTRATOR}

TABLES: dict[str, Pages] = {
    "campaigns_campaign": Pages(view=_SEES, add=MARKETING, change=MARKETING),
    # Made by journeys, changed by one's own taps alone.
    "campaigns_clerktask": Pages(view=_SEES | SHOP_FLOOR),
    "campaigns_stepcall": Pages(view=_SEES),
    "campaigns_webhookendpoint": Pages(view=_SEES, add={ADMINISTRATOR}, change={ADMINISTRATOR}),
}
DEEDS = {
    **authorization_campaigns.DEEDS,
    "admin:campaigns_campaign_journey": _SEES,
    **{
        f"admin:campaigns_campaign_journey_{deed}": MARKETING
        for deed in ("check", "save", "condition")
    },
    **{f"admin:campaigns_clerktask_{deed}": _DOES for deed in ("done", "cancel", "reopen")},
    **{
        f"admin:campaigns_webhookendpoint_{deed}": {ADMINISTRATOR}
        for deed in ("test_it", "rotate", "retire", "switch")
    },
    "admin:campaigns_stepcall_send_again": {ADMINISTRATOR},
}

"""Of messages: who writes templates, tries them, and says how often members are written to."""

from tests.authorization_roles import (
    ADMINISTRATOR,
    ANALYST,
    MARKETING,
    MARKETING_MANAGER,
    OVERSIGHT,
    Pages,
)

_SEES = MARKETING | OVERSIGHT | {ANALYST}
_SETS = {MARKETING_MANAGER, ADMINISTRATOR}

TABLES: dict[str, Pages] = {
    "campaigns_messagetemplate": Pages(view=_SEES, add=MARKETING, change=MARKETING),
    "campaigns_contactpolicy": Pages(view=_SEES, add=_SETS, change=_SETS),
    "campaigns_frequencycap": Pages(view=_SEES, add=_SETS, change=_SETS),
}
DEEDS = {
    "admin:campaigns_messagetemplate_preview": _SEES,
    "admin:campaigns_messagetemplate_test_send": MARKETING,
    "admin:campaigns_campaign_coverage": _SEES,
}

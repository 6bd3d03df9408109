"""Of campaigns: who drafts them, who lets them run, pause and stop, and who only looks."""

from tests.authorization_roles import ANALYST, MARKETING, OVERSIGHT

_SEES = MARKETING | OVERSIGHT | {ANALYST}

# A second person decides what a draft asks for: of requests for approval the matrix speaks itself.
DEEDS = {
    **{
        f"admin:campaigns_campaign_{deed}": MARKETING
        for deed in ("step", "spoken", "counted", "test", "pause", "resume", "kill", "copy")
    },
    **{
        f"admin:campaigns_campaign_{page}": _SEES
        for page in ("progress", "forecast", "texts", "calendar", "calendar_link")
    },
}

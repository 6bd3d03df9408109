"""Messages that wait for a person."""

from tests.campaigns.shop import NOW, queued


def dead(campaign, member, state="FAILED", number=1):
    """One that failed, or of which nobody knows."""
    return queued(
        campaign,
        member,
        number=number,
        state=state,
        reason="unreachable" if state == "FAILED" else "sender_died",
        claimed_at=NOW,
        attempts=5,
    )

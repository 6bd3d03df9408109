"""Campaigns behind their lock."""

from django.db import connection

from campaigns.models import Campaign
from members.errors import NotFound

_AT_WORK = 7_082  # class of the advisory locks of campaigns that somebody works for


def lock(campaign_id: int) -> Campaign:
    """The campaign, with segment and version, behind its lock.

    Raises: NotFound.
    """
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("segment", "version")
    campaign = rows.filter(pk=campaign_id).first()
    if campaign is None:
        raise NotFound
    return campaign


def stop(campaign_id: int) -> Campaign:
    """As `lock`, when nobody is at work for the campaign any more: what they did is committed, and
    who comes next sees what becomes of it. Waits in turn, however many are at work.

    Raises: NotFound.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_AT_WORK, campaign_id])
    return lock(campaign_id)


def hold(campaign_id: int) -> None:
    """Nobody pauses or stops the campaign until the transaction ends. Call it before its rows are
    locked; its state is asked behind it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [_AT_WORK, campaign_id])


def state_of(campaign_id: int) -> str:
    """Behind `hold`; empty where there is no such campaign."""
    hold(campaign_id)
    found = Campaign.objects.filter(pk=campaign_id).values_list("state", flat=True).first()
    return found or ""


def is_running(campaign_id: int) -> bool:
    """Behind `hold`."""
    return state_of(campaign_id) == Campaign.State.RUNNING

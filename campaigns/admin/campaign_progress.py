"""A run's progress in words and figures: for the page, and for the script that keeps it fresh."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from campaigns.admin import campaign_words
from campaigns.models import Campaign, Delivery, Enrollment, Run
from campaigns.selectors import run_progress
from campaigns.selectors.run_progress import Counted, RunProgress

_STATES: Mapping[str, Any] = dict(Enrollment.State.choices)
_MESSAGE_STATES: Mapping[str, Any] = dict(Delivery.State.choices)
_TONES = {
    **dict.fromkeys(Enrollment.LIVE, "going"),
    "DONE": "good",
    "EXITED": "left",
    "EXCLUDED": "left",
    "QUEUED": "going",
    "CLAIMED": "going",
    "SENT": "good",
    "DELIVERED": "good",
    "BOUNCED": "bad",
    "FAILED": "bad",
    "UNKNOWN": "bad",
    "SKIPPED": "left",
    "EXPIRED": "left",
    "KILLED": "left",
    "GHOST": "left",
}


def shown(run: Run, *, at: datetime) -> dict[str, Any]:
    """Plain values only: the page and the script show the same."""
    found = run_progress.of_run(run, at=at)
    return {
        "run": run.pk,
        "state": run.state,
        "state_text": str(run.get_state_display()),
        "is_live": run.state in Run.LIVE,
        "percent": found.percent,
        "percent_text": "" if found.percent is None else f"{found.percent:g} %",
        "members": _rows(found.members, _STATES, found.enrolled_count),
        "messages": _rows(found.messages, _MESSAGE_STATES, found.messages_count),
        "ended_count": found.ended_count,
        "rate_text": _rate(found),
        "sums": _sums(found),
        "is_conserved": found.is_conserved,
    }


def is_changing(campaign: Campaign, run: Run | None) -> bool:
    """Whether it pays to ask again: something goes on, or is about to."""
    if run is not None and run.state in Run.LIVE:
        return True
    return campaign.state in (Campaign.State.APPROVED, Campaign.State.SCHEDULED)


def _rows(counted: Sequence[Counted], names: Mapping[str, Any], whole: int) -> list[dict[str, Any]]:
    """In the order of the states."""
    order = list(names)
    rows = sorted(counted, key=lambda one: (order.index(one.state), -one.count, one.reason))
    return [
        {
            "state": str(names[one.state]),
            "reason": campaign_words.reason(one.reason) if one.reason else "",
            "count": one.count,
            "count_text": _number(one.count),
            "percent": round(100 * one.count / whole, 2) if whole else 0,
            "tone": _TONES.get(one.state, "going"),
        }
        for one in rows
    ]


def _sums(found: RunProgress) -> str:
    """The conservation of the audience, as a sentence."""
    counted = _number(found.enrolled_count)
    removed = _removed(found.run.removed_count)
    if found.members_count is None:
        told = ngettext("%(count)s member so far", "%(count)s members so far", found.enrolled_count)
        return told % {"count": counted} + removed
    whole = _number(found.members_count)
    if found.is_conserved and removed:
        told = _("The states make %(count)s of the %(whole)s who were frozen")
    elif found.is_conserved:
        told = _("The states make %(count)s: all of the %(whole)s who were frozen.")
    else:
        told = _("The states make %(count)s, but %(whole)s were frozen: tell the administrator.")
    return told % {"count": counted, "whole": whole} + removed


def _removed(count: int) -> str:
    """Those whom the rules of retention removed, behind those who are there."""
    if not count:
        return ""
    told = ngettext(
        "; %(count)s more was removed by the rules of retention.",
        "; %(count)s more were removed by the rules of retention.",
        count,
    )
    return told % {"count": _number(count)}


def _rate(found: RunProgress) -> str:
    if not found.per_minute:
        return ""
    told = _("%(count)s messages a minute, on average")
    return told % {"count": number_format(found.per_minute, decimal_pos=1, force_grouping=True)}


def _number(count: int) -> str:
    return number_format(count, decimal_pos=0, force_grouping=True)

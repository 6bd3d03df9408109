"""The member's challenges on their page: bars, what they bring, and the wall of badges."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.admin import challenge_sentences, coupon_sentences
from loyalty.selectors import challenges as selector
from loyalty.selectors.challenges import Course
from members.models import Member
from members.registry import panels
from members.registry.panels import Panel


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "challenges",
            gettext_lazy("Challenges"),
            "console/panels/challenges.html",
            context,
            46,
            "loyalty.view_challenge",
        )
    )


def context(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """The nearest first; surprises too, once they were reached."""
    courses = selector.of_member(member_id=member.pk, at=at)
    return {
        "courses": [_card(course) for course in courses],
        "badges": selector.badges(member_id=member.pk),
    }


def _card(course: Course) -> dict[str, Any]:
    challenge, standing = course.challenge, course.standing
    return {
        "challenge": challenge,
        "what": challenge_sentences.head(challenge),
        "percent": standing.percent,
        "value": _("%(value)s of %(target)s")
        % {
            "value": challenge_sentences.amount(challenge, standing.value),
            "target": challenge_sentences.amount(challenge, standing.target),
        },
        "state": _state(course),
        "tone": "flag-good" if course.standing.is_done else "",
        "times": _times(course),
        "ends": coupon_sentences.until(course.ends_at) if course.ends_at else "",
    }


def _state(course: Course) -> str:
    if course.standing.is_done:
        return _("done")
    if course.challenge.state == course.challenge.State.STOPPED:
        return _("stopped")
    if not course.is_open:
        return _("over")
    return "" if course.is_running else _("not joined")


def _times(course: Course) -> str:
    if not course.times_ever:
        return ""
    text = ngettext("reached once", "reached %(count)s times", course.times_ever)
    return text % {"count": f"{course.times_ever:,}"}

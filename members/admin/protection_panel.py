"""The member's tab on data protection: parents, holds, profiling, who got their data."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin import guardian_words
from members.models import LegalHold, Member
from members.models.data_categories import labels
from members.registry import member_page, panels
from members.registry.panels import Panel
from members.selectors import guardians, legal_holds, pages, recipients

PAGE = 30


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "protection",
            _("Data protection"),
            "console/panels/protection.html",
            _protection,
            65,
            "members.view_consent",
        )
    )
    member_page.add_header(
        member_page.Header(
            code="protection",
            template="console/panels/protection_head.html",
            context=_head,
            order=90,
        )
    )


def _head(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """What whoever serves the member has to know at once."""
    needing = guardians.needing(members=[member], at=at)
    return {
        "needs_guardian": bool(needing),
        # Never the day: it would be the birthday.
        "of_age_in": _year(member) if needing else "",
        "is_held": request.user.has_perm("members.view_legalhold")
        and legal_holds.is_held(member_id=member.pk),
        "objected": not member.is_profiled,
    }


def _year(member: Member) -> str:
    day = guardians.comes_of_age_on(member=member)
    return str(day.year) if day else ""


def _protection(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    consents = member.guardian_consents.select_related("member__key", "actor").order_by("-pk")
    holds = LegalHold.objects.filter(member=member).select_related("placed_by", "ended_by")
    before = request.GET.get("before", "")
    page = pages.newest_first(
        recipients.disclosures_of(member_ids=[member.pk]),
        before_id=int(before) if before.isdecimal() and len(before) < 19 else None,
        limit=PAGE,
    )
    return {
        "is_minor": guardians.is_minor(member=member, at=at),
        "of_age_in": _year(member),
        "guardians": [
            {
                "row": row,
                "name": guardian_words.masked_name(row),
                "how": guardian_words.how(row),
            }
            for row in consents[:PAGE]
        ],
        "holds": list(holds.order_by("-pk")[:PAGE])
        if request.user.has_perm("members.view_legalhold")
        else [],
        "disclosures": [{"row": row, "categories": labels(row.categories)} for row in page.rows],
        "recipients": recipients.that_got(member_ids=[member.pk]),
        "next_before_id": page.next_before_id,
    }

"""The service tab of the member's page, and what stands with it: notes, tags, sentences."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from members.admin import (
    behavior_fields,
    member_fields,
    member_tags,
    notes,
    sealed,
    service_case_words,
    service_openings,
    service_sentences,
)
from members.admin.panels import before_id
from members.models import Member, ServiceCase
from members.registry import panels
from members.registry.panels import Panel
from members.selectors import pages, scopes, service_cases

PAGE = 30


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "service",
            _("Service"),
            "console/panels/service.html",
            _service,
            52,
            "members.view_servicecase",
        )
    )
    service_openings.register()
    service_sentences.register()
    notes.register()
    member_tags.register()
    member_fields.register()
    behavior_fields.register()


def _service(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """The member's cases in the operator's stores."""
    cases = service_cases.visible(scope=scopes.scope_for(request.user)).filter(member=member)
    joined = cases.select_related("topic", "assignee", "member__key")
    page = pages.newest_first(joined, before_id=before_id(request), limit=PAGE)
    reads = request.user.has_perm("members.change_servicecase")
    rows = [_row(case, reads, at) for case in page.rows]
    return {"rows": rows, "next_before_id": page.next_before_id}


def _row(case: ServiceCase, reads: bool, at: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "subject": sealed.shown(case, "subject") if reads else "",
        "flag": service_case_words.FLAGS.get(case.state, ""),
        "clock": service_case_words.clock(case, at),
        "page": service_openings.case_page(case),
    }

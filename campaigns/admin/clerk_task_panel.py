"""Tasks of a member: a tab of their page, and a hint at the counter."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from campaigns.admin import clerk_task_words, clerk_tasks
from campaigns.selectors import clerk_tasks as selectors
from members.models import Member, User
from members.registry import birthdays, panels
from members.registry.panels import Panel
from members.selectors import scopes

MOST = 50


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "tasks",
            _("Tasks"),
            "console/panels/tasks.html",
            _tasks,
            53,
            "campaigns.view_clerktask",
        )
    )


def hint(*, member: Member, operator: User) -> str:
    """`1 task for this member`; empty where there is none that the operator may see."""
    if not operator.has_perm("campaigns.view_clerktask"):
        return ""
    rows = selectors.of_member(member=member, scope=scopes.scope_for(operator))
    count = selectors.to_do(rows).count()
    if not count:
        return ""
    text = ngettext("%(count)s task for this member", "%(count)s tasks for this member", count)
    return text % {"count": count}


def _tasks(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    today = localtime(at, birthdays.policy().zone).date()
    found = selectors.of_member(member=member, scope=scopes.scope_for(request.user))
    rows = [
        clerk_tasks.shown(one, today)
        for one in found.select_related("member__key", "store", "enrollment__campaign", "done_by")[
            :MOST
        ]
    ]
    return {
        "tasks": rows,
        "outcomes": clerk_task_words.OUTCOMES.items(),
        "may_do": clerk_tasks.may_do(request),
        "here": f"{request.path}?tab=tasks",
    }

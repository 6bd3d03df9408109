"""Where a member is logged in: a tab of their page, and the dialog that logs them out."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.admin.dialogs import ReasonForm
from members.admin.panels import PAGE, before_id
from members.models import Member, MemberSession, User
from members.registry import member_page, panels
from members.registry.member_page import Action, Outcome
from members.registry.panels import Panel
from members.selectors import pages
from members.services import audit, member_sessions, submissions


class EndSessionsForm(ReasonForm):
    """Why somebody is logged out everywhere."""


def register() -> None:
    """Called by `apps.ready`."""
    panels.add_member_panel(
        Panel(
            "sessions",
            gettext_lazy("Apps"),
            "console/panels/sessions.html",
            _panel,
            75,
            "members.view_membersession",
        )
    )
    member_page.add_action(
        Action(
            code="end_sessions",
            title=gettext_lazy("Log out of all apps"),
            description=gettext_lazy(
                "For a lost phone. Whoever holds it is out at once; the member logs in anew with "
                "a code by SMS."
            ),
            submit_text=gettext_lazy("Log out"),
            icon="phonelink_erase",
            permission="members.change_membersession",
            form_class=EndSessionsForm,
            run=_run,
            order=60,
        )
    )


def _panel(*, member: Member, request: HttpRequest, at: datetime) -> dict[str, Any]:
    own = MemberSession.objects.filter(member=member).select_related("client")
    page = pages.newest_first(own, before_id=before_id(request), limit=PAGE)
    rows = [
        {"session": one, "is_open": one.ended_at is None and one.expires_at > at}
        for one in page.rows
    ]
    return {"rows": rows, "next_before_id": page.next_before_id}


def _run(*, member: Member, cleaned: dict[str, Any], actor: User, at: datetime) -> Outcome:
    def do() -> int:
        count = member_sessions.end_all(
            member_ids=[member.pk], why=MemberSession.End.REVOKED, at=at
        )
        audit.record(
            action="member.sessions_ended",
            at=at,
            actor_id=actor.pk,
            member_id=member.pk,
            reason=cleaned["reason"],
            details={"count": count},
        )
        return count

    sent = submissions.run_once(
        uid=cleaned["submission"],
        action="member.sessions_end",
        actor_id=actor.pk,
        at=at,
        do=do,
        member_of=lambda _count: member.pk,
    )
    if not sent.result:
        return Outcome(text=_("The member is not logged in to any app."))
    text = ngettext("Logged out of %(count)s app.", "Logged out of %(count)s apps.", sent.result)
    return Outcome(text=text % {"count": sent.result})

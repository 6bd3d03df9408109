"""What becomes of log-ins and their tokens when a member is erased, exported or merged."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.models import MemberSession, MemberToken
from members.registry import panels, privacy
from members.registry.privacy import Erasing
from members.services import member_sessions

CODE = "members.sessions"


def register() -> None:
    """Called by `apps.ready`."""
    privacy.add_erasure_step(privacy.ErasureStep(CODE, 5, _erase))
    privacy.add_export_section(
        privacy.ExportSection(
            code=CODE,
            order=60,
            title=_("Log-ins in apps"),
            columns=("app", "logged_in_at", "last_used_at", "ended_at", "ended_by"),
            rows=_rows,
        )
    )
    panels.add_merge_step(CODE, 50, _move, undo=_take_back)


def _erase(erasing: Erasing) -> Mapping[str, int]:
    """Nobody is logged in any more, and no token is left; codes go with the phones."""
    members = erasing.member_ids
    ended = member_sessions.end_all(member_ids=members, why=MemberSession.End.ERASED, at=erasing.at)
    tokens, _by = MemberToken.objects.filter(session__member_id__in=members).delete()
    return {"members_membersession": ended, "members_membertoken": tokens}


def _rows(member_ids: Sequence[int], at: datetime) -> Iterable[Mapping[str, Any]]:
    sessions = MemberSession.objects.filter(member_id__in=member_ids).select_related("client")
    for session in sessions.order_by("pk"):
        yield {
            "app": session.client.name,
            "logged_in_at": session.created_at,
            "last_used_at": session.refreshed_at,
            "ended_at": session.ended_at,
            "ended_by": session.end,
        }


def _move(merge: Any) -> dict[str, Any]:
    """The same person holds both phones: what is logged in stays so, as the survivor."""
    retired = MemberSession.objects.select_for_update().filter(member_id=merge.retired_id)
    moved = list(retired.order_by("pk").values_list("pk", flat=True))
    MemberSession.objects.filter(pk__in=moved).update(member_id=merge.survivor_id)
    return {"sessions": moved, "at": merge.at.isoformat()}


def _take_back(merge: Any, moved: Mapping[str, Any]) -> None:
    """They are two people after all: each gets the old sessions back, and whose the later ones
    are, nobody knows: they end."""
    MemberSession.objects.filter(pk__in=moved["sessions"]).update(member_id=merge.retired_id)
    since = datetime.fromisoformat(moved["at"])
    later = MemberSession.objects.filter(member_id=merge.survivor_id, created_at__gte=since)
    later.filter(ended_at=None).update(ended_at=merge.at, end=MemberSession.End.REVOKED)

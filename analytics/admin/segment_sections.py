"""What stands below a segment's form: its builds, versions, members by hand, files and reach."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from analytics.admin import segment_words
from analytics.admin.segment_standing import running_build
from analytics.models import Segment, SegmentFile
from analytics.registry import segment_users
from analytics.selectors import segments
from analytics.services import segment_exports
from members.admin.base import operator_of
from members.models import ApprovalRequest, Consent, Job
from members.selectors import scopes

BUILDS = VERSIONS = 10
HANDS = 50
FILES = 10


def head(segment: Segment) -> dict[str, Any]:
    """Above the form: what the segment is as of its last build, and the build at work."""
    said = segment_words.in_both_languages(segment.condition)
    going = running_build(segment.pk)
    return {
        "segment": segment,
        "said": [{"language": code, "text": text} for code, text in said],
        "kind": segment_words.KINDS[segment.kind],
        "going": going,
        "percent": going.job.progress_percent if going and going.job else 0,
    }


def below(segment: Segment, request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    """Read when the page is open: reach asks every member of the segment."""
    said = segment_words.words()
    builds = segment.builds.select_related("job").order_by("-pk")[:BUILDS]
    versions = segment.versions.select_related("changed_by").order_by("-number")[:VERSIONS]
    return {
        "segment": segment,
        "builds": [{"row": one, "by": segment_words.built_by(one)} for one in builds],
        "versions": [
            {"row": one, "sentence": segment_words.sentence(one.condition, said)}
            for one in versions
        ],
        "users": segment_users.users_of(segment),
        # Above the form, when the page is there.
        "bound": segment_users.bound_to(segment),
        "reach": _reach(segment, at),
        "media": [medium.label for medium in Consent.Medium],
        **_hands(segment, request),
        **_files(segment, request, at),
    }


def _reach(segment: Segment, at: datetime) -> list[dict[str, Any]]:
    if not segment.members_count:
        return []
    found = segments.reach(segment_id=segment.pk, at=at)
    return [
        {"purpose": Consent.Purpose(purpose).label, "counts": list(media.values())}
        for purpose, media in found.items()
    ]


def _hands(segment: Segment, request: HttpRequest) -> dict[str, Any]:
    """Members by hand: of the operator's stores, for those who may see members."""
    if not request.user.has_perm("members.view_member"):
        return {"hands": [], "hands_count": 0}
    rows = segment.overrides.select_related("member", "changed_by").order_by("-changed_at", "-pk")
    seen = scopes.scope_for(request.user).narrow(rows, path="member__store")
    return {"hands": list(seen[:HANDS]), "hands_count": seen.count()}


def _files(segment: Segment, request: HttpRequest, at: datetime) -> dict[str, Any]:
    """One's own files, and one's own requests that wait."""
    operator = operator_of(request)
    if not operator.has_perm(segment_exports.MAY_EXPORT):
        return {"files": [], "asked": []}
    files = SegmentFile.objects.filter(segment=segment, requested_by=operator).order_by("-pk")
    asked = ApprovalRequest.objects.filter(
        action=segment_exports.ACTION,
        target_type=segment_exports.TARGET,
        target_id=segment.pk,
        maker=operator,
        status=ApprovalRequest.Status.PENDING,
    )
    return {
        "files": [_file(one, at) for one in files.select_related("job").defer("content")[:FILES]],
        "asked": [_asked(one) for one in asked.order_by("-pk")[:FILES]],
        "may_export": True,
    }


def _asked(row: ApprovalRequest) -> dict[str, Any]:
    return {"row": row, "url": reverse("admin:members_approvalrequest_change", args=[row.pk])}


def _file(row: SegmentFile, at: datetime) -> dict[str, Any]:
    is_ready = row.size_bytes > 0 and row.expires_at is not None and row.expires_at > at
    if is_ready:
        state = _("ready")
    elif row.made_at is None:
        state = _unmade(row.job)
    else:
        state = _("gone: ask for another one")
    labels = [str(segment_exports.COLUMNS[name][0]) for name in row.columns]
    return {"row": row, "is_ready": is_ready, "state": state, "columns": labels}


def _unmade(job: Job | None) -> str:
    if job is not None and job.state in (Job.State.FAILED, Job.State.CANCELED):
        why = job.message or job.get_state_display()
        return _("not made (%(why)s): ask for another one") % {"why": why}
    return _("being made")

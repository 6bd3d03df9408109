"""What erasure, a merge and a member's own copy do with communities."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from members.models import CommunityMembership
from members.registry.panels import add_merge_step
from members.registry.privacy import (
    Erasing,
    ErasureStep,
    ExportSection,
    add_erasure_step,
    add_export_section,
)
from members.selectors import communities
from members.services.merges import Merge

Kept = dict[str, Any]
CODE, ORDER = "members.communities", 62
COLUMNS = ("community", "joined_at", "left_at", "was_invited")


def register() -> None:
    """Called by `voices.register`."""
    add_merge_step(CODE, ORDER, move, undo=give_back, obstacle=obstacle)
    add_erasure_step(ErasureStep(CODE, ORDER, erase))
    add_export_section(ExportSection(CODE, ORDER, _("Communities"), COLUMNS, rows))


def erase(erasing: Erasing) -> dict[str, int]:
    """Ends their memberships, which frees the places. The rows stay as rows of nobody: whom they
    invited keeps having been invited, and who invited them keeps what that brought."""
    inside = CommunityMembership.objects.filter(member_id__in=erasing.member_ids, left_at=None)
    ended = inside.update(left_at=erasing.at)
    mine = CommunityMembership.objects.filter(member_id__in=erasing.member_ids)
    cleared = mine.exclude(source="").update(source="")
    return {"members_communitymembership": max(ended, cleared)}


def rows(member_ids: Sequence[int], at: datetime) -> Iterator[Mapping[str, Any]]:
    for one in communities.of_member(member_ids=member_ids):
        yield {
            "community": one.community.name,
            "joined_at": one.joined_at,
            "left_at": one.left_at,
            "was_invited": one.invited_by_id is not None,
        }


def move(merge: Merge) -> Kept:
    """The retired member's memberships and invitations are the survivor's; who was in with both
    cards is in once, since the earlier join, and out only when both are."""
    own = CommunityMembership.objects.filter(member_id=merge.survivor_id)
    held = {one.community_id: one for one in own.select_for_update()}
    retired = CommunityMembership.objects.filter(member_id=merge.retired_id).order_by("pk")
    kept: Kept = {"moved": [], "joined": [], "invited": []}
    for row in retired.select_for_update():
        survivors = held.get(row.community_id)
        if survivors is None:
            kept["moved"].append(row.pk)
        else:
            kept["joined"].append(_join(survivors, row))
    # Nobody invited themselves with their other card.
    mine = CommunityMembership.objects.filter(
        member_id__in=(merge.survivor_id, merge.retired_id),
        invited_by_id__in=(merge.survivor_id, merge.retired_id),
    )
    kept["own"] = [[pk, by] for pk, by in mine.values_list("pk", "invited_by_id")]
    mine.update(invited_by=None)
    CommunityMembership.objects.filter(pk__in=kept["moved"]).update(member_id=merge.survivor_id)
    won = CommunityMembership.objects.filter(invited_by_id=merge.retired_id)
    kept["invited"] = list(won.values_list("pk", flat=True))
    won.update(invited_by_id=merge.survivor_id)
    kept["after"] = _shared(kept)
    return kept


def obstacle(merge: Merge, kept: Kept) -> str:
    """`communities_changed`, when they left or came back since where both cards had been in:
    which of the two did, nobody can say."""
    return "" if kept.get("after", _shared(kept)) == _shared(kept) else "communities_changed"


def give_back(merge: Merge, kept: Kept) -> None:
    """Undoes `move`, row by row."""
    found = CommunityMembership.objects
    found.filter(pk__in=kept["invited"]).update(invited_by_id=merge.retired_id)
    found.filter(pk__in=kept["moved"]).update(member_id=merge.retired_id)
    for one in kept["joined"]:
        found.filter(pk=one["survivor"]["id"]).update(**_values(one["survivor"]))
        found.create(
            id=one["retired"]["id"],
            community_id=one["community_id"],
            member_id=merge.retired_id,
            recorded_at=datetime.fromisoformat(one["recorded_at"]),
            source=one["source"],
            **_values(one["retired"]),
        )
    for pk, invited_by_id in kept["own"]:
        found.filter(pk=pk).update(invited_by_id=invited_by_id)


def _join(survivors: CommunityMembership, retired: CommunityMembership) -> Kept:
    """Makes one of two memberships of a community; gives both as they were."""
    kept = {
        "survivor": _plain(survivors),
        "retired": _plain(retired),
        "community_id": retired.community_id,
        "recorded_at": retired.recorded_at.isoformat(),
        "source": retired.source,
    }
    first = min(survivors, retired, key=lambda one: (one.joined_at, one.pk))
    ends = (survivors.left_at, retired.left_at)
    survivors.left_at = None if None in ends else max(end for end in ends if end is not None)
    survivors.joined_at, survivors.invited_by_id = first.joined_at, first.invited_by_id
    # Before the survivor may point at somebody whom the retired row points at.
    retired.delete()
    if survivors.invited_by_id == survivors.member_id:
        survivors.invited_by_id = None
    survivors.save(update_fields=["joined_at", "left_at", "invited_by"])
    return kept


def _shared(kept: Kept) -> list[Kept]:
    """The memberships that were made of two, as they are now."""
    ids = [one["survivor"]["id"] for one in kept["joined"]]
    return [_plain(one) for one in CommunityMembership.objects.filter(pk__in=ids).order_by("pk")]


def _plain(one: CommunityMembership) -> Kept:
    return {
        "id": one.pk,
        "joined_at": one.joined_at.isoformat(),
        "left_at": one.left_at.isoformat() if one.left_at else None,
        "invited_by_id": one.invited_by_id,
    }


def _values(kept: Kept) -> Kept:
    return {
        "joined_at": datetime.fromisoformat(kept["joined_at"]),
        "left_at": datetime.fromisoformat(kept["left_at"]) if kept["left_at"] else None,
        "invited_by_id": kept["invited_by_id"],
    }

"""Merges a member into another: one person who had two cards.

The retired member's id, and every identity, lead to the survivor from then on. Higher apps move
what is theirs in the same transaction (`members.registry.panels.add_merge_step`).
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from members.errors import NotFound, NotMergeable
from members.events import MemberMerged
from members.models import Consent, Identity, Member, MemberTag
from members.registry import panels
from members.services import audit, events, identities

_LIVING = (Member.State.ACTIVE, Member.State.RESTRICTED)


@dataclass(frozen=True, kw_only=True)
class Merge:
    """Who goes into whom, behind the locks of both; for the steps of higher apps."""

    survivor_id: int
    retired_id: int
    actor_id: int | None
    at: datetime


class _DryRun(Exception):
    pass


def merge(
    *, survivor_id: int, retired_id: int, actor_id: int | None = None, at: datetime
) -> Member:
    """Moves all that the retired member holds to the survivor, and gives the survivor. Again it
    changes nothing.

    Raises: NotFound; NotMergeable, with `reason`: the same member twice, one of them is erased or
    was merged into somebody else.
    """
    with transaction.atomic():
        survivor, retired = _lock(survivor_id, retired_id)
        if retired.merged_into_id == survivor.pk:
            return survivor
        _check(survivor, retired)
        done = Merge(survivor_id=survivor.pk, retired_id=retired.pk, actor_id=actor_id, at=at)
        for step in panels.merge_steps():
            step.run(done)
        _move_identities(survivor, retired, at)
        _move_tags(done)
        _carry_consents(survivor, retired, done)
        _retire(survivor, retired, done)
    return survivor


def preview(*, survivor_id: int, retired_id: int, at: datetime) -> None:
    """Does it all and takes it back: what would be refused is refused.

    Raises: as `merge`.
    """
    try:
        with transaction.atomic():
            merge(survivor_id=survivor_id, retired_id=retired_id, at=at)
            raise _DryRun
    except _DryRun:
        return


def _lock(survivor_id: int, retired_id: int) -> tuple[Member, Member]:
    wanted = sorted({survivor_id, retired_id})
    # In the order of ids, as everything that locks several.
    rows = Member.objects.filter(pk__in=wanted).order_by("pk").select_for_update(of=("self",))
    found = {member.pk: member for member in rows}
    if len(found) != len(wanted):
        raise NotFound("there is no such member")
    return found[survivor_id], found[retired_id]


def _check(survivor: Member, retired: Member) -> None:
    if survivor.pk == retired.pk:
        raise NotMergeable("a member can't be merged into itself", reason="same_member")
    for member, who in ((survivor, "survivor"), (retired, "retired")):
        if member.state not in _LIVING:
            raise NotMergeable(
                f"the {who} member is {member.state.lower()}",
                reason=f"{who}_{member.state.lower()}",
            )


def _move_identities(survivor: Member, retired: Member, at: datetime) -> None:
    """What the retired member was found by finds the survivor; sealed anew with their key."""
    rows = list(Identity.objects.filter(member=retired).select_related("member__key"))
    moved = []
    for row in rows:
        claim = identities.IdentityClaim(row.kind, row.value, row.issuer)
        fresh = identities.build(survivor, identities.prepare([claim])[0], at)
        fresh.verified_at, fresh.created_at = row.verified_at, row.created_at
        moved.append(fresh)
    Identity.objects.filter(pk__in=[row.pk for row in rows]).delete()
    identities.save(moved)


def _move_tags(done: Merge) -> None:
    borne = MemberTag.objects.filter(member_id=done.survivor_id).values("tag_id")
    theirs = MemberTag.objects.filter(member_id=done.retired_id)
    theirs.exclude(tag_id__in=borne).update(member_id=done.survivor_id)
    theirs.delete()


def _carry_consents(survivor: Member, retired: Member, done: Merge) -> None:
    """Per purpose and medium the person's last word counts, on whichever card it was given."""
    words = {who.pk: _last_words(who) for who in (survivor, retired)}
    carried = []
    for subject, word in words[retired.pk].items():
        other = words[survivor.pk].get(subject)
        if other is not None and other.occurred_at >= word.occurred_at:
            continue
        carried.append(
            Consent(
                member=survivor,
                purpose=word.purpose,
                medium=word.medium,
                is_granted=word.is_granted,
                policy_version=word.policy_version,
                source="merge",
                actor_id=done.actor_id,
                occurred_at=word.occurred_at,
                recorded_at=done.at,
            )
        )
    Consent.objects.bulk_create(carried)


def _last_words(member: Member) -> dict[tuple[str, str], Consent]:
    rows = Consent.objects.filter(member=member).order_by("pk")
    return {(row.purpose, row.medium): row for row in rows}


def _retire(survivor: Member, retired: Member, done: Merge) -> None:
    # Whoever was merged into the retired one before leads straight to the survivor.
    Member.objects.filter(merged_into=retired).update(merged_into=survivor)
    Member.objects.filter(referrer=retired).exclude(pk=survivor.pk).update(referrer=survivor)
    Member.objects.filter(pk=survivor.pk, referrer=retired).update(referrer=None)
    retired.state, retired.merged_into = Member.State.MERGED, survivor
    retired.version += 1
    retired.save(update_fields=["state", "merged_into", "version"])
    survivor.version += 1
    survivor.save(update_fields=["version"])
    events.record(
        fact=MemberMerged(
            member=str(survivor.uid), retired=str(retired.uid), retired_id=retired.pk
        ),
        member_id=survivor.pk,
        occurred_at=done.at,
        at=done.at,
        actor_id=done.actor_id,
    )
    audit.record(
        action="members.merge",
        actor_id=done.actor_id,
        member_id=survivor.pk,
        details={"retired": str(retired.uid)},
        at=done.at,
    )

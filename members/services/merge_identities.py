"""What the retired member was found by finds the survivor, and again the other way round."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Max

from members.models import Identity, Member
from members.services import identities
from members.services.merges import Merge

CODE, ORDER = "members.identities", 50


def move(done: Merge) -> dict[str, Any]:
    """Seals each identity anew with the survivor's key; gives the new rows' ids."""
    theirs = Identity.objects.filter(member_id=done.retired_id)
    moved = _reseal(theirs, Member.objects.get(pk=done.survivor_id))
    return {"ids": [row.pk for row in moved], "last_id": _last_id(done)}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """The same identities with the retired member's own key."""
    theirs = Identity.objects.filter(pk__in=moved["ids"], member_id=done.survivor_id)
    _reseal(theirs, Member.objects.get(pk=done.retired_id))


def obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`identities_changed`, when one was added or taken away since."""
    ids = moved["ids"]
    there = Identity.objects.filter(pk__in=ids, member_id=done.survivor_id).count()
    is_same = there == len(ids) and _last_id(done) == moved["last_id"]
    return "" if is_same else "identities_changed"


def _last_id(done: Merge) -> int:
    found = Identity.objects.filter(member_id=done.survivor_id).aggregate(last=Max("pk"))
    return int(found["last"] or 0)


def _reseal(rows: Iterable[Identity], member: Member) -> list[Identity]:
    fresh, old = [], []
    for row in Identity.objects.filter(pk__in=[row.pk for row in rows]).select_related(
        "member__key"
    ):
        claim = identities.IdentityClaim(row.kind, row.value, row.issuer)
        made = identities.build(member, identities.prepare([claim])[0], row.created_at)
        made.verified_at = row.verified_at
        fresh.append(made)
        old.append(row.pk)
    # The unique constraint: an identity leads to one member at every moment.
    Identity.objects.filter(pk__in=old).delete()
    identities.save(fresh)
    return fresh

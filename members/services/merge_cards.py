"""Where cards lead, who referred whom, tags, and notes: what a merge moves of members itself."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from members.models import Member, MemberNote, MemberTag
from members.services import merge_consents
from members.services.merges import Merge

TAGS, TAGS_ORDER = "members.tags", 51
# Last of all: it remembers the versions that both have afterwards.
CARDS, CARDS_ORDER = "members.cards", 90


def move_tags(done: Merge) -> dict[str, Any]:
    """Tags of both stay; gives the rows that moved, and those that the survivor bore already."""
    borne = MemberTag.objects.filter(member_id=done.survivor_id).values("tag_id")
    theirs = MemberTag.objects.filter(member_id=done.retired_id)
    twice = [
        [row.tag_id, row.actor_id, row.created_at.isoformat(), row.origin]
        for row in theirs.filter(tag_id__in=borne)
    ]
    moving = list(theirs.exclude(tag_id__in=borne).values_list("pk", flat=True))
    MemberTag.objects.filter(pk__in=moving).update(member_id=done.survivor_id)
    theirs.delete()
    return {"ids": moving, "twice": twice}


def give_tags_back(done: Merge, moved: dict[str, Any]) -> None:
    """What was taken off since stays off: a rule may have done it any night."""
    rows = MemberTag.objects.filter(pk__in=moved["ids"], member_id=done.survivor_id)
    rows.update(member_id=done.retired_id)
    MemberTag.objects.bulk_create(
        [
            MemberTag(
                member_id=done.retired_id,
                tag_id=tag_id,
                actor_id=actor_id,
                created_at=datetime.fromisoformat(since),
                origin=origin,
            )
            for tag_id, actor_id, since, origin in moved["twice"]
        ],
        ignore_conflicts=True,
    )


def move_cards(done: Merge) -> dict[str, Any]:
    """Whoever was merged into the retired one before, or was referred by them, leads straight to
    the survivor."""
    survivor, retired = (Member.objects.get(pk=one) for one in (done.survivor_id, done.retired_id))
    led = _ids(Member.objects.filter(merged_into_id=done.retired_id))
    referred = _ids(Member.objects.filter(referrer_id=done.retired_id).exclude(pk=done.survivor_id))
    Member.objects.filter(pk__in=led).update(merged_into_id=done.survivor_id)
    Member.objects.filter(pk__in=referred).update(referrer_id=done.survivor_id)
    is_own = survivor.referrer_id == done.retired_id
    if is_own:
        Member.objects.filter(pk=done.survivor_id).update(referrer=None)
    stricter = _stricter(survivor, retired)
    Member.objects.filter(pk=done.survivor_id).update(**stricter)
    return {
        "led": led,
        "referred": referred,
        "is_own_referrer": is_own,
        "state_of_retired": retired.state,
        "was": {name: getattr(survivor, name) for name in stricter},
        # The merge itself is the next change of both.
        "versions": [version + 1 for version in _versions(done)],
        "last_note_id": _last_note(done),
        "last_consent_id": merge_consents.last_id(done),
    }


def give_cards_back(done: Merge, moved: dict[str, Any]) -> None:
    back = Member.objects.filter(pk__in=moved["led"], merged_into_id=done.survivor_id)
    back.update(merged_into_id=done.retired_id)
    referred = Member.objects.filter(pk__in=moved["referred"], referrer_id=done.survivor_id)
    referred.update(referrer_id=done.retired_id)
    if moved["is_own_referrer"]:
        own = Member.objects.filter(pk=done.survivor_id, referrer=None)
        own.update(referrer_id=done.retired_id)
    if moved["was"]:
        Member.objects.filter(pk=done.survivor_id).update(**moved["was"])


def cards_obstacle(done: Merge, moved: dict[str, Any]) -> str:
    """`consents_changed`; `member_changed`, when a profile changed or one of the two was merged
    again; or `notes_changed`."""
    if merge_consents.last_id(done) != moved["last_consent_id"]:
        return "consents_changed"
    if _versions(done) != moved["versions"]:
        return "member_changed"
    return "" if _last_note(done) == moved["last_note_id"] else "notes_changed"


def _stricter(survivor: Member, retired: Member) -> dict[str, Any]:
    """A restriction, or an objection to profiling, is the person's: it holds on any card."""
    found: dict[str, Any] = {}
    if Member.State.RESTRICTED == retired.state != survivor.state:
        found["state"] = retired.state
    if survivor.is_profiled and not retired.is_profiled:
        found["is_profiled"] = False
    return found


def _versions(done: Merge) -> list[int]:
    found = dict(
        Member.objects.filter(pk__in=(done.survivor_id, done.retired_id))
        .order_by()
        .values_list("pk", "version")
    )
    return [found[done.survivor_id], found[done.retired_id]]


def _last_note(done: Merge) -> int:
    """Notes are never changed: a change is another row."""
    of_both = Q(member_id=done.survivor_id) | Q(member_id=done.retired_id)
    return int(MemberNote.objects.filter(of_both).aggregate(last=Max("pk"))["last"] or 0)


def _ids(rows: Any) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True))

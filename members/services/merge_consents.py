"""Consents of two cards: per purpose and medium the person's last word counts, on whichever card
it was given. Consents are append-only, so taking a merge back restates what the survivor said."""

from typing import Any

from django.db.models import Max

from members.models import Consent
from members.services.merges import Merge

CODE, ORDER = "members.consents", 52
MERGE, UNDONE = "merge", "merge_undone"
# The survivor had said nothing of it: this row takes the carried one back and is no word itself.
SILENT = "merge_undone_silent"

Words = dict[tuple[str, str], Consent]


def move(done: Merge) -> dict[str, Any]:
    """Carries the retired member's later words over; gives the ids of those rows."""
    own, theirs = last_words(done.survivor_id), last_words(done.retired_id)
    carried = [
        _copy(word, done, MERGE)
        for subject, word in theirs.items()
        if subject not in own or own[subject].occurred_at < word.occurred_at
    ]
    rows = Consent.objects.bulk_create(carried)
    return {"ids": [row.pk for row in rows]}


def give_back(done: Merge, moved: dict[str, Any]) -> None:
    """What the survivor had said before the merge is their last word again."""
    before: Words = {}
    rows = Consent.objects.filter(member_id=done.survivor_id).exclude(pk__in=moved["ids"])
    _read(before, rows.order_by("pk"))
    restated = []
    for word in Consent.objects.filter(pk__in=moved["ids"]).order_by("pk"):
        own = before.get((word.purpose, word.medium))
        again = _copy(own or word, done, UNDONE if own else SILENT)
        again.is_granted = own is not None and own.is_granted
        restated.append(again)
    Consent.objects.bulk_create(restated)


def last_words(member_id: int) -> Words:
    """The last answer by purpose and medium."""
    words: Words = {}
    _read(words, Consent.objects.filter(member_id=member_id).order_by("pk"))
    return words


def _read(words: Words, rows: Any) -> None:
    for row in rows:
        subject = (row.purpose, row.medium)
        if row.source == SILENT:
            words.pop(subject, None)
        else:
            words[subject] = row


def _copy(word: Consent, done: Merge, source: str) -> Consent:
    return Consent(
        member_id=done.survivor_id,
        purpose=word.purpose,
        medium=word.medium,
        is_granted=word.is_granted,
        policy_version=word.policy_version,
        source=source,
        actor_id=done.actor_id,
        occurred_at=word.occurred_at,
        recorded_at=done.at,
    )


def last_id(done: Merge) -> int:
    """The newest row of both; other steps of a merge may write some too."""
    both = Consent.objects.filter(member_id__in=(done.survivor_id, done.retired_id))
    return int(both.aggregate(last=Max("pk"))["last"] or 0)

"""What erasure removes of this app's own tables that no key protects, or that a key would have
to open. The order is documented in docs/algorithms/erasure.md.
"""

from collections.abc import Iterator, Mapping, Sequence

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Replace

from members.models import (
    ApprovalRequest,
    IdempotencyKey,
    Identity,
    Measure,
    Member,
    MemberMerge,
    MemberTag,
    OneTimeCode,
    PrivacyFile,
    PrivacyRequest,
    RecipientNotice,
)
from members.registry.privacy import Erasing, ErasureStep, add_erasure_step
from members.sealing.fields import SealedField
from members.services import one_time_codes, privacy_requests

# What a fingerprint says of a document that was forgotten: nothing hashes to it.
FORGOTTEN = bytes(32)
# Steps of other apps and nouns lie between: they still find the member by identities and cards.
FIRST, SEALED, IDENTITIES, MEMBER = 10, 890, 900, 910
CARD = "erased-{pk}"
# A refused request always says something.
_GONE = "–"
# The action of the approval that lets an erasure happen.
ERASE = "members.erase"


def register() -> None:
    """Called by `apps.ready`."""
    for code, order, run in (
        ("members.answers", FIRST, _answers),
        ("members.approvals", FIRST + 10, _approvals),
        ("members.privacy_requests", FIRST + 20, _privacy_requests),
        ("members.tags", FIRST + 30, _tags),
        ("members.sealed_columns", SEALED, _sealed_columns),
        ("members.identities", IDENTITIES, _identities),
        ("members.members", MEMBER, _members),
    ):
        add_erasure_step(ErasureStep(code, order, run))


def _answers(erasing: Erasing) -> Mapping[str, int]:
    """Kept answers of writes. The key stays, so that a repeat writes nothing anew; a digest of
    the body would let one try phone numbers."""
    rows = IdempotencyKey.objects.filter(member_id__in=erasing.member_ids)
    return {"members_idempotencykey": rows.update(answer=None, fingerprint=FORGOTTEN)}


def _approvals(erasing: Erasing) -> Mapping[str, int]:
    """What waits can't be done any more; what was asked for is forgotten, that it was is not."""
    rows = asked_about(erasing.member_ids)
    rows.filter(status=ApprovalRequest.Status.PENDING).update(
        status=ApprovalRequest.Status.STALE, decided_at=erasing.at
    )
    count = rows.update(payload=None)
    # Why somebody asked is free text on a person; of the erasure itself it must stay known.
    rows.exclude(action=ERASE).update(reason="", note="")
    for pk, card in _cards(erasing):
        rows.filter(summary__contains=card).update(
            summary=Replace(F("summary"), Value(card), Value(CARD.format(pk=pk)))
        )
    return {"members_approvalrequest": count}


def asked_about(member_ids: Sequence[int]) -> QuerySet[ApprovalRequest]:
    """Requests about these members, and about a merge with somebody whom they are not, or not
    any more."""
    of_two = Q(survivor__in=member_ids) | Q(retired__in=member_ids)
    merges = list(MemberMerge.objects.filter(of_two).values_list("pk", flat=True))
    return ApprovalRequest.objects.filter(
        Q(member_id__in=member_ids)
        | Q(target_type=_label(Member), target_id__in=member_ids)
        | Q(target_type=_label(MemberMerge), target_id__in=merges)
    )


def _label(model: type[models.Model]) -> str:
    return model._meta.label_lower


def _privacy_requests(erasing: Erasing) -> Mapping[str, int]:
    """Packages are emptied; other rights that the member asked for have nothing to be done on.
    What the member was told when something was refused is text on a person, and what recipients
    answered."""
    asked = PrivacyRequest.objects.filter(member_id__in=erasing.member_ids)
    asked.exclude(refusal="").update(refusal=_GONE)
    RecipientNotice.objects.filter(request__in=asked).exclude(answer="").update(answer="")
    files = PrivacyFile.objects.filter(member_id__in=erasing.member_ids).exclude(size_bytes=0)
    emptied = files.update(content="", size_bytes=0, expires_at=erasing.at)
    waiting = asked.filter(state__in=privacy_requests.OPEN)
    waiting = waiting.exclude(kind=PrivacyRequest.Kind.DELETION)
    ended = waiting.update(
        state=PrivacyRequest.State.WITHDRAWN,
        closed_at=erasing.at,
        result={"ended_by": "erasure"},
        version=F("version") + 1,
    )
    return {"members_privacyfile": emptied, "members_privacyrequest": ended}


def _tags(erasing: Erasing) -> Mapping[str, int]:
    tags = MemberTag.objects.filter(member_id__in=erasing.member_ids).delete()[0]
    measures = Measure.objects.filter(member_id__in=erasing.member_ids).delete()[0]
    return {"members_membertag": tags, "members_measure": measures}


def _sealed_columns(erasing: Erasing) -> Mapping[str, int]:
    """Every column that a member's key sealed, in whatever table of whatever app: the key goes,
    and what it sealed need not stay either. Append-only rows keep bytes that nothing opens."""
    counts = {}
    for model, member, columns in _sealed_models():
        rows = model._base_manager.filter(**{f"{member}__in": erasing.member_ids})
        if count := rows.update(**columns):
            counts[model._meta.db_table] = count
    return counts


def _sealed_models() -> Iterator[tuple[type[models.Model], str, dict[str, str | None]]]:
    """Tables with columns that a member's key seals: the foreign key, and what empties each."""
    for model in apps.get_models():
        if model is Identity or model._meta.proxy or getattr(model, "append_only", False):
            continue
        fields = [one for one in model._meta.local_fields if isinstance(one, SealedField)]
        owners = {one.ownership.sealed_with for one in fields if not one.ownership.is_raw}
        for owner in owners - {None, "self"}:
            yield model, str(owner), {one.name: None if one.null else "" for one in fields}


def _identities(erasing: Erasing) -> Mapping[str, int]:
    """Nothing finds the member any more; the same phone may register anew."""
    rows = Identity.objects.filter(member_id__in=erasing.member_ids)
    digests = [bytes(digest) for digest in rows.values_list("digest", flat=True)]
    codes = OneTimeCode.objects.filter(subject__in=digests).delete()[0]
    # Counters of wrong codes lie under the digest in the cache.
    transaction.on_commit(lambda: one_time_codes.forget_tries(digests=digests))
    return {"members_onetimecode": codes, "members_identity": rows.delete()[0]}


def _members(erasing: Erasing) -> Mapping[str, int]:
    """Personal columns, and the card number: it is printed on a card that somebody has."""
    _rename_in_log(erasing)
    rows = Member.objects.filter(pk__in=erasing.member_ids)
    for pk, _card in _cards(erasing):
        rows.filter(pk=pk).update(card_number=CARD.format(pk=pk))
    count = rows.update(
        name="",
        name_index=None,
        name_first_index=None,
        birthday=None,
        birthday_md=None,
        birthday_counts_from_on=None,
        birth_band=None,
        gender=Member.Gender.UNKNOWN,
        metadata={},
        version=F("version") + 1,
    )
    rows.exclude(state=Member.State.MERGED).update(state=Member.State.ERASED)
    return {"members_member": count}


def _rename_in_log(erasing: Erasing) -> None:
    """The log of the admin site keeps what a row called itself: of a member, the card number."""
    kind = ContentType.objects.get_for_model(Member)
    for pk, _card in _cards(erasing):
        LogEntry.objects.filter(content_type=kind, object_id=str(pk)).update(
            object_repr=CARD.format(pk=pk)
        )


def _cards(erasing: Erasing) -> list[tuple[int, str]]:
    rows = Member.objects.filter(pk__in=erasing.member_ids)
    return list(rows.order_by("pk").values_list("pk", "card_number"))

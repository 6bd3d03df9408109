"""A member objects to being profiled: nothing is computed of them any more, and what was, goes."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from members.errors import DomainError, NotFound
from members.events import ProfilingAllowed, ProfilingRefused
from members.models import Consent, Measure, Member, MemberTag, Tag
from members.selectors import consents as consent_selectors
from members.services import audit, consents, events
from members.services.consents import ConsentGiven, Occasion

# Tags that were computed; those of a person's hand stay.
COMPUTED = (Tag.Origin.MODEL, Tag.Origin.RULE)
SOURCE = "profiling"
_CHUNK = 1_000


class NothingToProfile(DomainError):
    """This member was merged or erased: nothing is profiled any more."""

    code = "nothing_to_profile"
    status = 409


def refuse(*, member_id: int, at: datetime, actor_id: int | None = None) -> Member:
    """The member, of whom no class, score or forecast is made from now on.

    Measures and computed tags are removed, consents to profiling withdrawn. Again it changes
    nothing.

    Raises: NotFound; NothingToProfile.
    """
    with transaction.atomic():
        member = _lock(member_id)
        _forget_profile(member.pk)
        if not member.is_profiled:
            return member
        _withdraw(member, actor_id, at)
        _set(member, False)
        fact = ProfilingRefused(member=str(member.uid))
        _tell(fact, "profiling.refuse", member, actor_id, at)
    return member


def allow(*, member_id: int, at: datetime, actor_id: int | None = None) -> Member:
    """The member, who may be profiled again; consents are not given back: they must be asked for.

    Raises: as `refuse`.
    """
    with transaction.atomic():
        member = _lock(member_id)
        if member.is_profiled:
            return member
        _set(member, True)
        fact = ProfilingAllowed(member=str(member.uid))
        _tell(fact, "profiling.allow", member, actor_id, at)
    return member


def sweep(*, at: datetime) -> Iterator[int]:
    """Nightly: removes what a computation wrote while somebody objected; yields how many members
    that concerned."""
    refusing = Member.objects.filter(is_profiled=False, pk=OuterRef("member_id"))
    measures = Measure.objects.filter(Exists(refusing))
    tags = MemberTag.objects.filter(Exists(refusing), tag__origin__in=COMPUTED)
    while True:
        with transaction.atomic():
            left = {
                member_id
                for rows in (measures, tags)
                for member_id in rows.values_list("member_id", flat=True)[:_CHUNK]
            }
            for member_id in sorted(left):
                _forget_profile(member_id)
        if not left:
            return
        yield len(left)


def _lock(member_id: int) -> Member:
    rows = Member.objects.select_for_update(of=("self",)).filter(pk=member_id)
    member: Member | None = rows.first()
    if member is None:
        raise NotFound
    if member.state in (Member.State.MERGED, Member.State.ERASED):
        raise NothingToProfile
    return member


def _forget_profile(member_id: int) -> None:
    Measure.objects.filter(member_id=member_id).delete()
    MemberTag.objects.filter(member_id=member_id, tag__origin__in=COMPUTED).delete()


def _withdraw(member: Member, actor_id: int | None, at: datetime) -> None:
    granted = [
        row
        for row in consent_selectors.current(member_id=member.pk)
        if row.purpose == Consent.Purpose.PROFILING and row.is_granted
    ]
    if granted:
        consents.record(
            member=member,
            given=[
                ConsentGiven(row.purpose, row.medium, False, row.policy_version) for row in granted
            ],
            occasion=Occasion(occurred_at=at, source=SOURCE, actor_id=actor_id),
            at=at,
        )


def _set(member: Member, is_profiled: bool) -> None:
    member.is_profiled = is_profiled
    member.version += 1
    member.save(update_fields=["is_profiled", "version"])


def _tell(
    fact: ProfilingRefused | ProfilingAllowed,
    action: str,
    member: Member,
    actor_id: int | None,
    at: datetime,
) -> None:
    events.record(fact=fact, member_id=member.pk, occurred_at=at, at=at, actor_id=actor_id)
    audit.record(action=action, at=at, actor_id=actor_id, member_id=member.pk)

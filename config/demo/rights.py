"""What the demo's data protection officer and customer service find on their desks: registers and
holidays, requests by right with their clocks, a breach, and cards that may be one person."""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta

from config.demo import staff
from members.models import Breach, DuplicateCandidate, Identity, Member, PrivacyRequest
from members.models.data_categories import DataCategory
from members.selectors import members as selectors
from members.services import (
    breaches,
    duplicates,
    members,
    privacy_requests,
    register_defaults,
    working_days,
)
from members.services.identities import IdentityClaim
from members.services.members import Registration
from members.services.privacy_requests import Asked

SOURCE = "demo"
_Kind = PrivacyRequest.Kind
# (right, days ago, how it was checked that the member asked).
_ASKED = (
    (_Kind.ACCESS, 16, "SMS code"),
    (_Kind.CORRECTION, 9, ""),
    (_Kind.DELETION, 2, "ID document"),
    (_Kind.EXPORT, 0, ""),
)
_CORRECTION = {"language": "en"}
_SECOND_CARDS = 2
_TITLE = "平板电脑遗失 · A tablet was lost"
_WHAT = (
    "店内一台已登录的平板电脑遗失，两小时后注销。"
    " · A tablet that was logged in was lost in a store; it was shut out two hours later."
)


def run(*, people: Sequence[Member], at: datetime) -> None:
    """With these people; bears being run again."""
    working_days.install()
    register_defaults.install()
    for number, (member, asked) in enumerate(zip(people, _ASKED, strict=False)):
        _ask(member, number, *asked, at=at)
    _lose_a_tablet(at)
    for number, member in enumerate(people[len(_ASKED) :][:_SECOND_CARDS]):
        _second_card(member, number, at)
    if not DuplicateCandidate.objects.exists():
        deque(duplicates.find(at=at), maxlen=0)


def _ask(member: Member, number: int, kind: str, days: int, how: str, *, at: datetime) -> None:
    asked = Asked(
        member_id=member.pk,
        kind=kind,
        source=SOURCE,
        external_id=f"letter-{number + 1}",
        details=_CORRECTION if kind == _Kind.CORRECTION else None,
        received_at=at - timedelta(days=days),
        verified_how=how,
    )
    privacy_requests.receive(asked=asked, at=at)


def _lose_a_tablet(at: datetime) -> None:
    if Breach.objects.filter(title=_TITLE).exists():
        return
    found = breaches.Found(
        title=_TITLE,
        description=_WHAT,
        severity=Breach.Severity.HIGH,
        occurred_at=at - timedelta(hours=30),
        discovered_at=at - timedelta(hours=28),
        categories=(DataCategory.CONTACT,),
        affected_count=12,
    )
    breaches.record(found=found, actor_id=staff.user("dpo").pk, at=at)


def _second_card(member: Member, number: int, at: datetime) -> None:
    """Somebody enrolled again with another phone, as happens when a card was forgotten."""
    known = selectors.identities_of(member=member)
    first = next(str(one.value) for one in known if one.kind == Identity.Kind.PHONE)
    # Of the numbers that nobody has, as those of the demo's other people.
    phone = f"+861990001{first[-4:]}"
    again = Registration(
        identities=(IdentityClaim(Identity.Kind.PHONE, phone, is_verified=True),),
        name=member.name,
        birthday=member.birthday,
        gender=member.gender,
        language=member.language,
        channel="pos" if number else "mini-program",
        store=member.store.code if member.store else "",
        joined_at=at - timedelta(days=20 + number),
    )
    members.register(registration=again, at=at)

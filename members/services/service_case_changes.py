"""How a service case is changed: who does what when, the row's lock, its version, its events."""

from dataclasses import dataclass
from datetime import datetime

from members.errors import DomainError, NotFound
from members.models import ServiceCase
from members.registry.facts import Fact
from members.rules import service_cases as rules
from members.services import events


class CaseChanged(DomainError):
    """The case changed since you read it; read it again."""

    code = "case_changed"
    status = 412


class CaseInFuture(DomainError):
    """This can't have happened yet: check the clock of the device that sent it."""

    code = "occurred_in_future"


@dataclass(frozen=True, kw_only=True)
class Doing:
    """Who does something, when it was done, when it is written down, and to which version.

    `occurred_at` None is now; `expected_version` None is whichever there is.
    """

    at: datetime
    actor_id: int | None = None
    source: str = ""
    occurred_at: datetime | None = None
    expected_version: int | None = None

    @property
    def when(self) -> datetime:
        """When it was done. A clock that is a little ahead is taken as ours (0008).

        Raises: CaseInFuture.
        """
        when = self.occurred_at or self.at
        if rules.is_too_far_ahead(when, at=self.at):
            raise CaseInFuture
        return min(when, self.at)


def locked(*, case_id: int, doing: Doing) -> ServiceCase:
    """The case behind its row's lock, at the version expected; in a transaction.

    Raises: NotFound; CaseChanged.
    """
    rows = ServiceCase.objects.select_related("topic", "member__key")
    case = rows.select_for_update(of=("self",)).filter(pk=case_id).first()
    if case is None:
        raise NotFound
    if doing.expected_version is not None and case.version != doing.expected_version:
        raise CaseChanged
    return case


def save(case: ServiceCase, *changed: str) -> ServiceCase:
    """The locked case with these fields written and the version one higher."""
    case.version += 1
    case.save(update_fields=[*changed, "version"])
    return case


def tell(case: ServiceCase, fact: type[Fact], when: datetime, doing: Doing, **more: int) -> None:
    """The event of something that happened to the case."""
    member = case.member
    events.record(
        fact=fact(  # type: ignore[call-arg]
            case=str(case.uid),
            topic=case.topic.code,
            member="" if member is None else str(member.uid),
            **more,
        ),
        member_id=case.member_id,
        occurred_at=when,
        at=doing.at,
        actor_id=doing.actor_id,
        source=doing.source,
    )

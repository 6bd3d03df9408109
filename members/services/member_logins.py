"""A member comes in with the code that was sent to their phone; who was nobody joins by it."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from members.models import Member
from members.services import member_sessions, members, one_time_codes
from members.services.identities import IdentityClaim
from members.services.member_sessions import Issued
from members.services.members import Registration
from members.services.one_time_codes import Asking


@dataclass(frozen=True, kw_only=True)
class LoggedIn:
    """Who came in, whether they joined by it, and their tokens."""

    member: Member
    is_new: bool
    issued: Issued


def by_code(*, asking: Asking, code: str, registration: Registration, at: datetime) -> LoggedIn:
    """The member with this phone, now proven to be theirs; a new one with what `registration`
    says. Of a known member only consents that they give now are taken from it.

    A refusal after the right code leaves the code usable, with a try less.

    Raises: InvalidIdentity, WrongCode, TooManyGuesses; UnknownStore and the like; NotFound, for
    somebody who is being erased at this moment.
    """
    proven = one_time_codes.check(asking=asking, code=code, at=at)
    claim = IdentityClaim("PHONE", asking.phone, is_verified=True)
    with transaction.atomic():
        one_time_codes.use(code=proven, at=at)
        registered = members.register(
            registration=replace(registration, identities=(claim,)),
            at=at,
            client_id=asking.client_id,
        )
        issued = member_sessions.begin(
            member_id=registered.member.pk, client_id=asking.client_id, at=at
        )
    return LoggedIn(member=registered.member, is_new=registered.is_new, issued=issued)

"""The base of every refusal, and how a door translates it."""

from typing import Any


class DomainError(Exception):
    """A refusal that states a fact. `code` is stable; `status` is what HTTP says.

    `details` go into the problem document; they never hold personal data.
    """

    code = "refused"
    status = 422

    def __init__(self, message: str = "", **details: Any) -> None:
        super().__init__(message or self.__class__.__doc__ or self.code)
        self.details = details


class NotFound(DomainError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"
    status = 404


class IdentityConflict(DomainError):
    """The identities belong to two different members."""

    code = "identity_conflict"
    status = 409


class IdentityTaken(DomainError):
    """This identity belongs to another member."""

    code = "identity_taken"
    status = 409


class ReasonRequired(DomainError):
    """A reason is required."""

    code = "reason_required"


class SameChecker(DomainError):
    """Who asked can't decide."""

    code = "same_checker"
    status = 403


class StaleTarget(DomainError):
    """The target changed since the request was made."""

    code = "stale_target"
    status = 409


class AlreadyDecided(DomainError):
    """The request has been decided."""

    code = "already_decided"
    status = 409


class VersionConflict(DomainError):
    """The member changed since you read it; read it again."""

    code = "version_conflict"
    status = 412


class NotMergeable(DomainError):
    """These two can't be merged."""

    code = "not_mergeable"
    status = 409


class MemberMerged(DomainError):
    """This member was merged into another one just now; ask again."""

    code = "member_merged"
    status = 409


class MemberErased(DomainError):
    """This member was erased; nothing leads there any more."""

    code = "member_erased"
    status = 410


class MemberRestricted(DomainError):
    """The use of this member's data is restricted; nothing of them may be changed now."""

    code = "member_restricted"
    status = 409

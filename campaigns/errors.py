"""Refusals of this app. Each states a fact; the details say where and how to mend it."""

from members.errors import DomainError


class QuoteChanged(DomainError):
    """This quote can't be kept any more: `difference` says why. Ask for a new one."""

    code = "quote_changed"
    status = 409


class QuoteNotYours(DomainError):
    """This quote was given to somebody else."""

    code = "quote_not_yours"
    status = 409


class QuoteLockConflict(DomainError):
    """An order of this number has a lock of another quote, or is paid."""

    code = "quote_lock_conflict"
    status = 409


class QuoteLockCommitted(DomainError):
    """This lock belongs to a paid order."""

    code = "quote_lock_committed"
    status = 409

"""The one gate: the first reason not to send, in a documented order.

The same function judges when a message is queued and again right before it is sent, so that
both give the same reasons. Frequency cap, hold-out, priority and budgets take their places in
`_CHECKS` when they are built.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns.rules.quiet_hours import QuietHours


class Reason(StrEnum):
    """Why a message is not sent, or not yet. Stored and shown; the order is the gate's."""

    CAMPAIGN_STATE = "campaign_state"
    MEMBER_STATE = "member_state"
    CONSENT = "consent"
    GUARDIAN = "guardian"
    ADDRESS = "address"
    QUIET_HOURS = "quiet_hours"
    EXPIRED = "expired"
    MISSING_VARIABLE = "missing_variable"


class Outcome(StrEnum):
    PASS = "pass"
    DEFER = "defer"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What the gate looks at: one message to one member on one medium, at one instant."""

    is_campaign_running: bool
    is_member_active: bool
    has_consent: bool
    # A minor whose parent has not agreed: what they allowed doesn't count.
    needs_guardian: bool
    has_address: bool
    quiet_hours: QuietHours | None
    expires_at: datetime
    has_all_variables: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is empty when the message may go; `retry_at` is set when it only has to wait."""

    reason: Reason | None = None
    retry_at: datetime | None = None

    @property
    def outcome(self) -> Outcome:
        if self.reason is None:
            return Outcome.PASS
        return Outcome.DEFER if self.retry_at else Outcome.SKIP


Check = Callable[[Attempt, datetime], Verdict | None]


def judge(attempt: Attempt, at: datetime) -> Verdict:
    """The first reason not to send `attempt` at `at`, or a verdict without one.

    Source: docs/algorithms/gate.md.
    """
    for check in _CHECKS:
        verdict = check(attempt, at)
        if verdict is not None:
            return verdict
    return Verdict()


def _unless(is_met: Callable[[Attempt], bool], reason: Reason) -> Check:
    return lambda attempt, at: None if is_met(attempt) else Verdict(reason)


def _quiet(attempt: Attempt, at: datetime) -> Verdict | None:
    ends_at = attempt.quiet_hours.until(at) if attempt.quiet_hours else None
    return Verdict(Reason.QUIET_HOURS, ends_at) if ends_at else None


def _expired(attempt: Attempt, at: datetime) -> Verdict | None:
    return Verdict(Reason.EXPIRED) if at >= attempt.expires_at else None


_CHECKS: tuple[Check, ...] = (
    _unless(lambda attempt: attempt.is_campaign_running, Reason.CAMPAIGN_STATE),
    _unless(lambda attempt: attempt.is_member_active, Reason.MEMBER_STATE),
    _unless(lambda attempt: attempt.has_consent, Reason.CONSENT),
    _unless(lambda attempt: not attempt.needs_guardian, Reason.GUARDIAN),
    _unless(lambda attempt: attempt.has_address, Reason.ADDRESS),
    _quiet,
    _expired,
    _unless(lambda attempt: attempt.has_all_variables, Reason.MISSING_VARIABLE),
)

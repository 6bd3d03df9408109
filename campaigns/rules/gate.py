"""The one gate: the first reason not to send, in a documented order.

The same function makes the forecast, judges when a message is queued and again right before it is
sent, so that all give the same reasons.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from campaigns.rules.quiet_hours import QuietHours


class Reason(StrEnum):
    """Why a message is not sent, or not yet. Stored and shown; the order is the gate's."""

    CAMPAIGN_STATE = "campaign_state"
    MEMBER_STATE = "member_state"
    HOLDOUT = "holdout"
    CONSENT = "consent"
    GUARDIAN = "guardian"
    ADDRESS = "address"
    SUPPRESSED = "suppressed"
    CONTACT_CREDIT = "contact_credit"
    PRIORITY = "priority"
    EXITED = "exited"
    CONVERTED = "converted"
    FREQUENCY_CAP = "frequency_cap"
    QUIET_HOURS = "quiet_hours"
    EXPIRED = "expired"
    BUDGET = "budget"
    MISSING_VARIABLE = "missing_variable"


# What another medium of the same message may still get past.
BY_MEDIUM = frozenset(
    {
        Reason.CONSENT,
        Reason.GUARDIAN,
        Reason.ADDRESS,
        Reason.SUPPRESSED,
        Reason.CONTACT_CREDIT,
        Reason.MISSING_VARIABLE,
    }
)


class Outcome(StrEnum):
    PASS = "pass"
    DEFER = "defer"
    SKIP = "skip"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """What the gate looks at: one message to one member on one medium, at one instant."""

    is_campaign_running: bool = True
    is_member_active: bool = True
    is_held_out: bool = False
    has_consent: bool = True
    # A minor whose parent has not agreed: what they allowed doesn't count.
    needs_guardian: bool = False
    has_address: bool = True
    is_suppressed: bool = False
    has_credit: bool = True
    gives_way: bool = False
    has_exited: bool = False
    has_converted: bool = False
    # When a cap that is full has room again; None: there is room.
    cap_until: datetime | None = None
    waits_for_cap: bool = False
    quiet_hours: QuietHours | None = None
    expires_at: datetime
    has_budget: bool = True
    has_all_variables: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is empty when the message may go; `retry_at` is set when it only has to wait.
    `goes_at`, of one that was settled: when it goes, where it has to wait first."""

    reason: Reason | None = None
    retry_at: datetime | None = None
    goes_at: datetime | None = None

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
            return _in_time(verdict, attempt)
    return Verdict()


def settle(attempt: Attempt, at: datetime) -> Verdict:
    """What will become of it when nothing changes but the time: a message that has to wait is
    judged again when its wait is over. For forecasts."""
    asked_at, verdict = at, judge(attempt, at)
    for _ in range(_MOST_WAITS):
        if verdict.retry_at is None:
            has_waited = verdict.reason is None and at > asked_at
            return replace(verdict, goes_at=at) if has_waited else verdict
        if verdict.retry_at >= attempt.expires_at:
            return Verdict(Reason.EXPIRED)
        at = verdict.retry_at
        if verdict.reason is Reason.FREQUENCY_CAP:
            attempt = replace(attempt, cap_until=None)
        verdict = judge(attempt, at)
    return Verdict(Reason.EXPIRED)


_MOST_WAITS = 4


def _in_time(verdict: Verdict, attempt: Attempt) -> Verdict:
    """What could go only when it is too late doesn't wait for that."""
    is_late = verdict.retry_at is not None and verdict.retry_at >= attempt.expires_at
    return Verdict(Reason.EXPIRED) if is_late else verdict


def _unless(is_met: Callable[[Attempt], bool], reason: Reason) -> Check:
    return lambda attempt, at: None if is_met(attempt) else Verdict(reason)


def _capped(attempt: Attempt, at: datetime) -> Verdict | None:
    if attempt.cap_until is None:
        return None
    return Verdict(Reason.FREQUENCY_CAP, attempt.cap_until if attempt.waits_for_cap else None)


def _quiet(attempt: Attempt, at: datetime) -> Verdict | None:
    ends_at = attempt.quiet_hours.until(at) if attempt.quiet_hours else None
    return Verdict(Reason.QUIET_HOURS, ends_at) if ends_at else None


def _expired(attempt: Attempt, at: datetime) -> Verdict | None:
    return Verdict(Reason.EXPIRED) if at >= attempt.expires_at else None


_CHECKS: tuple[Check, ...] = (
    _unless(lambda attempt: attempt.is_campaign_running, Reason.CAMPAIGN_STATE),
    _unless(lambda attempt: attempt.is_member_active, Reason.MEMBER_STATE),
    _unless(lambda attempt: not attempt.is_held_out, Reason.HOLDOUT),
    _unless(lambda attempt: attempt.has_consent, Reason.CONSENT),
    _unless(lambda attempt: not attempt.needs_guardian, Reason.GUARDIAN),
    _unless(lambda attempt: attempt.has_address, Reason.ADDRESS),
    _unless(lambda attempt: not attempt.is_suppressed, Reason.SUPPRESSED),
    _unless(lambda attempt: attempt.has_credit, Reason.CONTACT_CREDIT),
    _unless(lambda attempt: not attempt.gives_way, Reason.PRIORITY),
    _unless(lambda attempt: not attempt.has_exited, Reason.EXITED),
    _unless(lambda attempt: not attempt.has_converted, Reason.CONVERTED),
    _capped,
    _quiet,
    _expired,
    _unless(lambda attempt: attempt.has_budget, Reason.BUDGET),
    _unless(lambda attempt: attempt.has_all_variables, Reason.MISSING_VARIABLE),
)

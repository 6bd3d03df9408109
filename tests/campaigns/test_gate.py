"""The gate: one order of reasons, and quiet hours by the clock on the wall."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from campaigns.models import Delivery
from campaigns.rules.gate import Attempt, Outcome, Reason, judge
from campaigns.rules.quiet_hours import QuietHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YORK = ZoneInfo("America/New_York")
NIGHT = QuietHours(starts=time(21), ends=time(9), zone=SHANGHAI)
# 04:00 on the wall in Shanghai.
AT_NIGHT = datetime(2026, 3, 1, 20, tzinfo=UTC)
# 14:00 on the wall in Shanghai.
BY_DAY = datetime(2026, 3, 2, 6, tzinfo=UTC)

WORST = Attempt(
    is_campaign_running=False,
    is_member_active=False,
    is_held_out=True,
    has_consent=False,
    needs_guardian=True,
    has_address=False,
    is_suppressed=True,
    has_credit=False,
    gives_way=True,
    has_exited=True,
    has_converted=True,
    cap_until=AT_NIGHT + timedelta(hours=4),
    quiet_hours=NIGHT,
    expires_at=AT_NIGHT + timedelta(days=1),
    has_budget=False,
    has_all_variables=False,
)


def test_the_first_reason_is_told_in_the_documented_order():
    attempt, heard = WORST, []
    mending = (
        {"is_campaign_running": True},
        {"is_member_active": True},
        {"is_held_out": False},
        {"has_consent": True},
        {"needs_guardian": False},
        {"has_address": True},
        {"is_suppressed": False},
        {"has_credit": True},
        {"gives_way": False},
        {"has_exited": False},
        {"has_converted": False},
        {"cap_until": None},
        {"quiet_hours": None, "expires_at": AT_NIGHT},
        {"expires_at": AT_NIGHT + timedelta(seconds=1)},
        {"has_budget": True},
        {"has_all_variables": True},
    )
    for mended in mending:
        heard.append(judge(attempt, AT_NIGHT).reason)
        attempt = replace(attempt, **mended)

    assert heard == [
        "campaign_state",
        "member_state",
        "holdout",
        "consent",
        "guardian",
        "address",
        "suppressed",
        "contact_credit",
        "priority",
        "exited",
        "converted",
        "frequency_cap",
        "quiet_hours",
        "expired",
        "budget",
        "missing_variable",
    ]
    assert judge(attempt, AT_NIGHT).outcome is Outcome.PASS


def test_every_reason_of_the_gate_has_words():
    assert [reason.value for reason in Reason] == Delivery.Reason.values[: len(Reason)]


def test_quiet_hours_put_off_and_do_not_refuse():
    attempt = Attempt(
        is_campaign_running=True,
        is_member_active=True,
        has_consent=True,
        needs_guardian=False,
        has_address=True,
        quiet_hours=NIGHT,
        expires_at=BY_DAY,
        has_all_variables=True,
    )

    verdict = judge(attempt, AT_NIGHT)

    assert verdict.outcome is Outcome.DEFER
    assert verdict.reason is Reason.QUIET_HOURS
    # 09:00 in Shanghai.
    assert verdict.retry_at == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires", "reason"), [("00:59:59", "expired"), ("01:00:00", "expired"), ("01:00:01", "wait")]
)
@pytest.mark.parametrize("waits_for", ["quiet_hours", "frequency_cap"])
def test_what_can_go_only_behind_its_expiry_has_expired_now(expires, reason, waits_for):
    ends = datetime(2026, 3, 2, 1, tzinfo=UTC)
    why = {"cap_until": ends, "waits_for_cap": True}
    attempt = Attempt(
        expires_at=datetime.fromisoformat(f"2026-03-02T{expires}+00:00"),
        **(why if waits_for == "frequency_cap" else {"quiet_hours": NIGHT}),
    )

    verdict = judge(attempt, AT_NIGHT)

    if reason == "wait":
        assert (verdict.outcome, verdict.reason, verdict.retry_at) == ("defer", waits_for, ends)
    else:
        assert (verdict.outcome, verdict.reason) == ("skip", "expired")


def test_a_message_expires_at_its_instant_and_not_before():
    attempt = replace(
        WORST,
        is_campaign_running=True,
        is_member_active=True,
        is_held_out=False,
        has_consent=True,
        needs_guardian=False,
        has_address=True,
        is_suppressed=False,
        has_credit=True,
        gives_way=False,
        has_exited=False,
        has_converted=False,
        cap_until=None,
        has_budget=True,
        has_all_variables=True,
        expires_at=BY_DAY,
    )

    assert judge(attempt, BY_DAY - timedelta(microseconds=1)).reason is None
    assert judge(attempt, BY_DAY).reason is Reason.EXPIRED
    assert judge(attempt, BY_DAY).outcome is Outcome.SKIP


@pytest.mark.parametrize(
    ("clock", "quiet_until"),
    [
        ("20:59:59", None),
        ("21:00:00", "2026-03-03 09:00"),
        ("23:59:59", "2026-03-03 09:00"),
        ("00:00:00", "2026-03-02 09:00"),
        ("08:59:59", "2026-03-02 09:00"),
        ("09:00:00", None),
        ("12:00:00", None),
    ],
)
def test_a_night_from_21_to_9_crosses_midnight(clock, quiet_until):
    at = datetime.combine(date(2026, 3, 2), time.fromisoformat(clock), SHANGHAI)

    until = NIGHT.until(at)

    assert (until and f"{until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}") == quiet_until


@pytest.mark.parametrize(
    ("clock", "is_quiet"), [("12:59", False), ("13:00", True), ("14:29", True), ("14:30", False)]
)
def test_a_quiet_lunch_ends_the_same_day(clock, is_quiet):
    lunch = QuietHours(starts=time(13), ends=time(14, 30), zone=SHANGHAI)
    at = datetime.combine(date(2026, 3, 2), time.fromisoformat(clock), SHANGHAI)

    until = lunch.until(at)

    assert until == (datetime(2026, 3, 2, 6, 30, tzinfo=UTC) if is_quiet else None)


def test_the_same_instant_is_night_in_shanghai_and_day_in_new_york():
    in_new_york = QuietHours(starts=time(21), ends=time(9), zone=NEW_YORK)

    assert NIGHT.until(AT_NIGHT) is not None
    assert in_new_york.until(AT_NIGHT) is None


def test_quiet_hours_that_end_when_they_begin_are_none():
    assert QuietHours(starts=time(9), ends=time(9), zone=SHANGHAI).until(BY_DAY) is None


def test_the_end_of_the_quiet_is_never_in_the_past_when_the_clock_goes_back():
    # 01:10 for the second time, on 1 November 2026: the first 01:30 was forty minutes ago.
    quiet = QuietHours(starts=time(22), ends=time(1, 30), zone=NEW_YORK)
    at = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)

    assert quiet.until(at) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_a_night_with_a_lost_hour_ends_at_nine_on_the_wall():
    # Clocks go forward on 8 March 2026 at 02:00.
    quiet = QuietHours(starts=time(21), ends=time(9), zone=NEW_YORK)

    assert quiet.until(datetime(2026, 3, 8, 3, tzinfo=UTC)) == datetime(2026, 3, 8, 13, tzinfo=UTC)

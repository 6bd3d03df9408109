"""The audience of a run, written by one statement for each range of members, as of one instant."""

from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.models import Enrollment, Run
from campaigns.rules.arms import BUCKETS, CONTROL
from campaigns.selectors import audiences

# 2³² leaves so much: a number of eight bytes is two halves of four.
_HALF = 2**32 % BUCKETS


def freeze(*, run: Run, low: int, high: int) -> int:
    """Writes the members with ids in (low, high] that are in the audience as of the run's
    beginning; gives how many. Who is there already stays as they are."""
    # The audience brings parameters too, so ours have names of their own.
    sql, params = audiences.audience_sql(run.campaign, due_at=run.due_at, at=run.started_at)
    arm, arm_params = _arm(run)
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT.format(
                audience=sql, arm=arm, half=_HALF, buckets=BUCKETS, is_once=_is_once(run)
            ),
            {
                **params,
                **arm_params,
                "low": low,
                "high": high,
                "new_run": run.pk,
                "new_campaign": run.campaign_id,
                "new_version": run.version_id,
                "new_salt": run.campaign.salt,
                "new_entered_at": run.started_at,
            },
        )
        return int(cursor.rowcount)


def _is_once(run: Run) -> str:
    """By date a member may be there for two days that one run makes up for."""
    return "FALSE" if run.campaign.entry == run.campaign.Entry.DATE else "TRUE"


def close(*, run: Run, at: datetime) -> None:
    """The audience is frozen: its number doesn't change any more. Above the campaign's limit the
    rest is left out, drawn by a hash. Behind the run's lock."""
    leave_out(run=run, most=run.campaign.audience_limit, at=at)
    run.members_count = Enrollment.objects.filter(run=run).count()
    run.frozen_at, run.state = at, Run.State.RUNNING
    run.save(update_fields=["members_count", "frozen_at", "state"])


def leave_out(*, run: Run, most: int | None, at: datetime) -> None:
    """Beyond `most` members, with those who have begun already, nobody else begins."""
    if most is None:
        return
    values: dict[str, Any] = {"run": run.pk, "most": most, "at": at, "salt": run.campaign.salt}
    with connection.cursor() as cursor:
        cursor.execute(_LEAVE_OUT, values)


def _arm(run: Run) -> tuple[str, dict[str, Any]]:
    """The arm by the bucket, as `campaigns.rules.arms.arm_of` says it."""
    content = run.version.content
    edge, cases = content["control_share"], []
    params: dict[str, Any] = {"edge_c": edge, "arm_c": CONTROL}
    cases.append("WHEN bucket < %(edge_c)s THEN %(arm_c)s")
    arms = content["arms"]
    for place, arm in enumerate(arms[:-1]):
        edge += arm["share"]
        params[f"edge_{place}"], params[f"arm_{place}"] = edge, arm["code"]
        cases.append(f"WHEN bucket < %(edge_{place})s THEN %(arm_{place})s")
    params["arm_last"] = arms[-1]["code"] if arms else "a"
    return f"CASE {' '.join(cases)} ELSE %(arm_last)s END", params


_INSERT = """
INSERT INTO campaigns_enrollment (
    run_id, campaign_id, version_id, member_id, entry_key, bucket, arm, state, reason, step,
    waits_for, context, entered_at)
SELECT %(new_run)s, %(new_campaign)s, %(new_version)s,
       drawn.member_id, drawn.entry_key, drawn.bucket,
       {arm}, 'FROZEN', '', '', '', '{{}}'::jsonb, %(new_entered_at)s
FROM (
    SELECT hashed.member_id, hashed.entry_key,
           (high %% {buckets} * {half} + low %% {buckets}) %% {buckets} AS bucket
    FROM (
        SELECT audience.member_id, audience.entry_key,
               ('x' || encode(substring(digest.bytes FROM 1 FOR 4), 'hex'))::bit(32)::bigint
                   & 4294967295 AS high,
               ('x' || encode(substring(digest.bytes FROM 5 FOR 4), 'hex'))::bit(32)::bigint
                   & 4294967295 AS low
        FROM ({audience}) audience
        CROSS JOIN LATERAL (
            SELECT sha256(convert_to(%(new_salt)s || ':' || audience.member_id, 'UTF8')) AS bytes
        ) digest
    ) hashed
) drawn
-- Two cards that were merged between two parts are one member, who is there already.
WHERE NOT EXISTS (
    SELECT FROM campaigns_enrollment known
    WHERE known.run_id = %(new_run)s AND known.member_id = drawn.member_id
      AND known.entry_key <> drawn.entry_key AND {is_once}
)
ORDER BY drawn.member_id
ON CONFLICT (campaign_id, entry_key) DO NOTHING
"""
_LEAVE_OUT = """
UPDATE campaigns_enrollment e SET state = 'EXCLUDED', reason = 'audience_limit', ended_at = %(at)s
FROM (
    SELECT id FROM campaigns_enrollment WHERE run_id = %(run)s AND state = 'FROZEN'
    ORDER BY sha256(convert_to(%(salt)s || '/limit:' || member_id, 'UTF8')), id
    OFFSET greatest(0, %(most)s - (
        SELECT count(*) FROM campaigns_enrollment
        WHERE run_id = %(run)s AND state <> 'FROZEN' AND reason <> 'audience_limit'
    ))
) beyond
WHERE e.id = beyond.id
"""

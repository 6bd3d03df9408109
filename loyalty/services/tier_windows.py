"""Counts every member's window anew when the programme counts tiers another way: windows move
forward only, so one that is to begin earlier has to be summed again."""

from datetime import datetime

from django.db import connection, transaction

from loyalty.services import programs, tier_reviews
from members.services import jobs
from members.services.jobs import RunningJob

KIND = "loyalty.tier_windows"
CHUNK = 2_000

_LOCK = """
SELECT member_id FROM loyalty_account WHERE member_id > %s
ORDER BY member_id LIMIT %s FOR NO KEY UPDATE
"""

# Who is in grace keeps the window of the ended term until the grace is over. A statement after
# the lock, so that it reads what was committed before it.
_RECOUNT = """
UPDATE loyalty_account a
SET window_from_on = x.starts_on, window_spend_amount = x.spend, window_orders_count = x.orders,
    window_qualifying_points = x.qualifying, version = a.version + 1
FROM (
    SELECT w.member_id, w.starts_on, coalesce(sum(d.spend), 0) AS spend,
           coalesce(sum(d.orders), 0) AS orders, coalesce(sum(d.qualifying), 0) AS qualifying
    FROM (
        SELECT member_id, CASE WHEN %(by_joining)s AND joined_on IS NOT NULL
                   THEN loyalty_year_start(joined_on, %(today)s) ELSE %(start)s::date END
                   AS starts_on
        FROM loyalty_account
        WHERE member_id = ANY(%(ids)s) AND window_from_on IS NOT NULL
          AND tier_grace_until_at IS NULL
    ) w
    LEFT JOIN LATERAL (
        SELECT o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS spend,
               (o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0)::int AS orders,
               o.qualifying_points - o.returned_qualifying_points AS qualifying
        FROM loyalty_order o
        WHERE o.member_id = w.member_id AND o.business_date >= w.starts_on
        UNION ALL
        SELECT 0, 0, b.qualifying_points
        FROM (SELECT w.member_id AS id UNION ALL
              SELECT m.id FROM members_member m WHERE m.merged_into_id = w.member_id) who
        JOIN loyalty_behavioraward b ON b.member_id = who.id AND b.business_date >= w.starts_on
        WHERE b.qualifying_points <> 0
    ) d ON true
    GROUP BY w.member_id, w.starts_on
) x
WHERE a.member_id = x.member_id
"""


def ask(*, at: datetime, requested_by_id: int | None = None) -> None:
    """Queues the job; until it has passed a member, their window is the former one."""
    jobs.enqueue(kind=KIND, params={"at": at.isoformat()}, at=at, requested_by_id=requested_by_id)


def run(job: RunningJob, at: datetime) -> None:
    """What a job of this kind does: first judges what has ended by the windows as they are, then
    counts anew, chunk by chunk; may be stopped and goes on."""
    for _ in tier_reviews.end_terms(at=at):
        job.go_on()
    while recount_chunk(job, at):
        job.go_on()


@transaction.atomic
def recount_chunk(job: RunningJob, at: datetime) -> int:
    """How many members the next chunk holds; 0 when all are done."""
    terms = programs.current().tiers
    today = terms.day(at)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [job.cursor.get("after", 0), CHUNK])
        member_ids = [row[0] for row in cursor.fetchall()]
        if not member_ids:
            return 0
        cursor.execute(
            _RECOUNT,
            {
                "ids": member_ids,
                "today": today,
                "start": terms.window_start(today, None),
                "by_joining": terms.window == "MEMBERSHIP_YEAR",
            },
        )
    job.progress(cursor={"after": member_ids[-1]}, done=len(member_ids))
    return len(member_ids)

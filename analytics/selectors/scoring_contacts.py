"""What health knows of members beside their buying: on how many days they were seen in channels,
and what they said of the service. Parts of the query of `scoring`.

Source: docs/algorithms/health.md.
"""

from analytics.rules import health

# `engaged`: the programme's days with a behavior event or a log-in to an app. `served`: answers in
# tenths of a point, as in `analytics.rules.health`, and their mean, rounded half up. Answers stay
# with the card that gave them, so they are read through merges.
SQL = f"""
RECURSIVE heirs AS (
    SELECT id AS retired_id, merged_into_id AS survivor_id FROM members_member
    WHERE merged_into_id IS NOT NULL
    UNION
    SELECT h.retired_id, m.merged_into_id FROM heirs h
    JOIN members_member m ON m.id = h.survivor_id WHERE m.merged_into_id IS NOT NULL
), engaged AS (
    SELECT member_id, count(*)::int AS days_count FROM (
        SELECT e.member_id, (e.occurred_at AT TIME ZONE %(zone)s)::date AS day
        FROM members_behaviorevent e
        WHERE e.member_id IS NOT NULL
            AND e.occurred_at >= %(engaged_from)s AND e.occurred_at < %(until_at)s
        UNION
        SELECT s.member_id, (s.created_at AT TIME ZONE %(zone)s)::date
        FROM members_membersession s
        WHERE s.created_at >= %(engaged_from)s AND s.created_at < %(until_at)s
    ) days GROUP BY member_id
), served AS (
    SELECT member_id, ((2 * sum(weight)::bigint + {health.SCALE} * count(*))
        / (2 * {health.SCALE} * count(*)))::int AS service_score
    FROM (
        SELECT c.member_id, coalesce({health.SCALE} * c.satisfaction, {health.SCALE})::bigint
            AS weight
        FROM members_servicecase c
        WHERE c.opened_at >= %(served_from)s AND c.opened_at < %(until_at)s
            AND c.member_id IS NOT NULL
            AND (c.satisfaction IS NOT NULL OR c.kind = 'COMPLAINT')
        UNION ALL
        SELECT coalesce(h.survivor_id, a.member_id),
            CASE v.kind WHEN 'NPS' THEN {health.SCALE} + 4 * a.score
                ELSE {health.SCALE} * a.score END
        FROM members_surveyresponse a
        JOIN members_survey v ON v.id = a.survey_id AND v.kind IN ('NPS', 'SATISFACTION')
        LEFT JOIN (
            SELECT heirs.* FROM heirs JOIN members_member m ON m.id = heirs.survivor_id
            WHERE m.merged_into_id IS NULL
        ) h ON h.retired_id = a.member_id
        WHERE a.occurred_at >= %(served_from)s AND a.occurred_at < %(until_at)s
    ) answers GROUP BY member_id
)"""  # noqa: S608

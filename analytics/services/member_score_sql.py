"""The statements of the night's scores. `analytics_scored` holds everybody's fresh scores,
`analytics_moved` what changed in the chunk at hand; both are the session's own.

The ways of sorting stand once, in `KINDS`: a chunk's changes and the day's counts are made of them.
"""

from collections.abc import Mapping

from analytics.models.member_scores import ClassKind

# By kind: the column of a row that keeps the class. Health is kept as a figure: its class is made
# of the warning in force, so that a new warning alone moves nobody.
KINDS = {
    ClassKind.RFM_4: "rfm_4",
    ClassKind.RFM_8: "rfm_8",
    ClassKind.RFM_10: "rfm_10",
    ClassKind.STAGE: "stage",
    ClassKind.VALUE: "value_class",
    ClassKind.CUSTOMER: "customer_class",
}
_KEPT_COLUMNS = (
    *("recency_days", "gap_days", "window_orders_count", "window_net_amount"),
    *("year_orders_count", "year_net_amount", "r_score", "f_score", "m_score"),
    *("engagement_score", "service_score", *KINDS.values(), "health"),
)
_HEALTH = (
    "CASE WHEN {rows}.health IS NULL THEN '' WHEN {rows}.health < %(warning)s THEN 'low'"
    " ELSE 'fine' END"
)


def _kinds(*names: str) -> str:
    """VALUES of (kind, class in each of these tables)."""
    rows = [
        ", ".join([f"'{kind.value}'", *(f"coalesce({name}.{column}, '')" for name in names)])
        for kind, column in KINDS.items()
    ]
    rows.append(", ".join(["'HEALTH'", *(_HEALTH.format(rows=name) for name in names)]))
    return ", ".join(f"({row})" for row in rows)


DROP = "DROP TABLE IF EXISTS analytics_scored, analytics_moved"
SCORE = "CREATE TEMP TABLE analytics_scored AS {query}"
PREPARE = """
CREATE UNIQUE INDEX ON analytics_scored (member_id);
ANALYZE analytics_scored;
CREATE TEMP TABLE analytics_moved (
    member_id bigint, kind text, latest text, before text, after text, told_id bigint
)
"""
HIGHS = """
SELECT max(member_id) FROM (
    SELECT member_id, (row_number() OVER (ORDER BY member_id) - 1) / %(chunk)s AS chunk
    FROM analytics_scored
) numbered GROUP BY chunk ORDER BY 1
"""

# Somebody may have objected since everybody was scored.
FORGET = """
DELETE FROM analytics_scored s WHERE s.member_id > %(low)s AND s.member_id <= %(high)s
    AND NOT EXISTS (
        SELECT FROM members_member m
        WHERE m.id = s.member_id AND m.state = 'ACTIVE' AND m.is_profiled
    )
"""

# A second run as of the same day compares with the day before: `before` is that of the change
# which the first run told, and `told_id` that change.
MOVED = f"""
TRUNCATE analytics_moved;
INSERT INTO analytics_moved
SELECT fresh.member_id, k.kind, k.latest, coalesce(told.before, k.latest), k.after, told.id
FROM analytics_scored fresh
LEFT JOIN analytics_memberscore kept ON kept.member_id = fresh.member_id
CROSS JOIN LATERAL (VALUES {_kinds("kept", "fresh")}) AS k (kind, latest, after)
LEFT JOIN analytics_classchange told
    ON told.member_id = fresh.member_id AND told.kind = k.kind AND told.day = %(as_of)s
WHERE fresh.member_id > %(low)s AND fresh.member_id <= %(high)s AND k.latest <> k.after
"""  # noqa: S608
UNTELL = """
DELETE FROM analytics_classchange c USING analytics_moved moved WHERE c.id = moved.told_id
"""
TELL = """
WITH told AS (
    INSERT INTO analytics_classchange (member_id, kind, day, before, after)
    SELECT member_id, kind, %(as_of)s, before, after FROM analytics_moved
    WHERE before <> after ORDER BY member_id, kind
    RETURNING id, member_id, kind, before, after
), events AS (
    INSERT INTO members_event (uid, type, member_id, occurred_at, recorded_at, payload, source)
    SELECT uuidv7(), said.type, told.member_id, %(at)s, %(at)s,
        jsonb_build_object('member', m.uid, 'change', told.id) || said.more, ''
    FROM told JOIN members_member m ON m.id = told.member_id
    CROSS JOIN LATERAL (
        SELECT %(changed)s AS type, jsonb_build_object('kind', told.kind) AS more
        UNION ALL
        SELECT %(fallen)s, '{}'::jsonb
        WHERE told.kind = 'HEALTH' AND told.before = 'fine' AND told.after = 'low'
    ) said
    ORDER BY told.id
    RETURNING id, type
)
INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
SELECT e.id, heard.subscriber, 'PENDING', 0, %(at)s, ''
FROM events e
CROSS JOIN LATERAL jsonb_array_elements_text(%(heard)s::jsonb -> e.type) heard (subscriber)
"""

# Members of whom something is published that wasn't so before.
DIFFERENT = """
SELECT fresh.member_id, fresh.rfm_8, fresh.stage, fresh.value_class, fresh.customer_class,
    fresh.health
FROM analytics_scored fresh
LEFT JOIN analytics_memberscore kept ON kept.member_id = fresh.member_id
WHERE fresh.member_id > %(low)s AND fresh.member_id <= %(high)s
    AND (kept.member_id IS NULL
        OR (fresh.rfm_8, fresh.stage, fresh.value_class, fresh.customer_class, fresh.health)
            IS DISTINCT FROM
            (kept.rfm_8, kept.stage, kept.value_class, kept.customer_class, kept.health))
"""

KEEP = f"""
INSERT INTO analytics_memberscore AS kept (member_id, as_of_on, {", ".join(_KEPT_COLUMNS)})
SELECT member_id, %(as_of)s, {", ".join(_KEPT_COLUMNS)} FROM analytics_scored
WHERE member_id > %(low)s AND member_id <= %(high)s ORDER BY member_id
ON CONFLICT (member_id) DO UPDATE SET as_of_on = excluded.as_of_on,
    {", ".join(f"{column} = excluded.{column}" for column in _KEPT_COLUMNS)},
    health_before = CASE WHEN kept.as_of_on < excluded.as_of_on THEN kept.health
        ELSE kept.health_before END
WHERE kept.as_of_on <= excluded.as_of_on
"""  # noqa: S608

# By kind: who of a chunk is in a class.
IN_CLASS: Mapping[str, str] = {
    kind: f"SELECT member_id FROM analytics_scored WHERE member_id > %(low)s"  # noqa: S608
    f" AND member_id <= %(high)s AND {column} = %(code)s ORDER BY member_id"
    for kind, column in (*KINDS.items(), (ClassKind.HEALTH, "health_class"))
}

FORGET_DAY = "DELETE FROM analytics_classday WHERE day = %(as_of)s"
COUNT = f"""
INSERT INTO analytics_classday (day, kind, code, members_count)
SELECT %(as_of)s, k.kind, k.code, count(*)
FROM analytics_memberscore kept
CROSS JOIN LATERAL (VALUES {_kinds("kept")}) AS k (kind, code)
WHERE kept.as_of_on = %(as_of)s GROUP BY k.kind, k.code
"""  # noqa: S608

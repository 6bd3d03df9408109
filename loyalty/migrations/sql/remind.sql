-- Tells members whose points lapse in (`after`, `until`] how many lapse in that month; once for
-- each member and month, however often it is asked. Gives how many were told.
CREATE OR REPLACE FUNCTION loyalty_remind(
    after timestamptz, until timestamptz, zone text, at timestamptz, tells jsonb
) RETURNS int
LANGUAGE plpgsql
SET enable_seqscan = off
SET enable_mergejoin = off
SET work_mem = '64MB'
AS $$
DECLARE
    told int;
BEGIN
    WITH candidates AS (
        -- The month of the last day: what ends on 1 May 00:00 lapses in April.
        SELECT DISTINCT l.member_id,
               date_trunc('month', (l.expires_at - interval '1 microsecond') AT TIME ZONE zone)
                   AS month
        FROM loyalty_lot l
        WHERE l.is_open AND l.expires_at > after AND l.expires_at <= until
          AND l.remaining_points > l.held_points
    ), news AS (
        SELECT c.member_id, c.month, p.points, p.first_at
        FROM candidates c
        CROSS JOIN LATERAL (
            SELECT sum(l.remaining_points - l.held_points)::bigint AS points,
                   min(l.expires_at) AS first_at
            FROM loyalty_lot l
            WHERE l.member_id = c.member_id AND l.is_open AND l.expires_at > at
              AND l.expires_at > c.month AT TIME ZONE zone
              AND l.expires_at <= (c.month + interval '1 month') AT TIME ZONE zone
        ) p
        WHERE NOT EXISTS (
            SELECT FROM loyalty_lapsenotice n
            WHERE n.member_id = c.member_id AND n.month_on = c.month::date)
        ORDER BY c.member_id
    ), notices AS (
        INSERT INTO loyalty_lapsenotice (member_id, month_on, points, recorded_at)
        SELECT n.member_id, n.month::date, n.points, at FROM news n
        ON CONFLICT (member_id, month_on) DO NOTHING
        RETURNING member_id, month_on, points
    ), events AS (
        INSERT INTO members_event (uid, type, member_id, occurred_at, recorded_at, payload, source)
        SELECT uuidv7(), tells->>0, n.member_id, at, at,
               jsonb_build_object(
                   'points', n.points,
                   'month', to_char(n.month_on, 'YYYY-MM'),
                   'last_on', ((w.first_at - interval '1 microsecond') AT TIME ZONE zone)::date),
               ''
        FROM notices n
        JOIN news w ON w.member_id = n.member_id AND w.month::date = n.month_on
        RETURNING id
    ), dispatches AS (
        INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
        SELECT e.id, s.subscriber, 'PENDING', 0, at, ''
        FROM events e
        CROSS JOIN LATERAL jsonb_array_elements_text(tells->1) s(subscriber)
    )
    SELECT count(*) INTO told FROM notices;
    RETURN told;
END
$$;

-- The night's settlement of many members at once: what `loyalty.rules.settling` decides for one,
-- as sets. Python stays the truth; tests/loyalty/test_settle_sql.py compares the two entry by entry.
--
-- Left to Python are the members whose settlement isn't a matter of dates alone: a debt is repaid
-- by what becomes usable, and a hold that timed out frees what it pinned.

-- The next `most` members after `after` for whom something is due. Walks the key, so that a whole
-- night reads the table once; made in front of the lock, which looks again.
CREATE OR REPLACE FUNCTION loyalty_due(after bigint, most int, at timestamptz) RETURNS bigint[]
LANGUAGE sql STABLE
SET enable_seqscan = off
SET enable_bitmapscan = off
SET enable_sort = off
AS $$
    SELECT array_agg(d.member_id ORDER BY d.member_id)
    FROM (
        SELECT a.member_id FROM loyalty_account a
        WHERE a.member_id > after AND a.next_change_at <= at
        ORDER BY a.member_id
        LIMIT most
    ) d
$$;

-- `tells`: by kind of entry, the event's type and its subscribers. `waits`: for members whom a
-- till holds just now; without it they are passed over, and still due afterwards.
CREATE OR REPLACE FUNCTION loyalty_settle(
    member_ids bigint[], at timestamptz, tells jsonb, waits boolean,
    OUT settled int, OUT other_ids bigint[]
)
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET work_mem = '64MB'
AS $$
DECLARE
    mine bigint[];
    plain bigint[];
BEGIN
    IF waits THEN
        SELECT array_agg(a.member_id) INTO mine
        FROM (SELECT member_id FROM loyalty_account WHERE member_id = ANY(member_ids)
              ORDER BY member_id FOR NO KEY UPDATE) a;
    ELSE
        SELECT array_agg(a.member_id) INTO mine
        FROM (SELECT member_id FROM loyalty_account WHERE member_id = ANY(member_ids)
              ORDER BY member_id FOR NO KEY UPDATE SKIP LOCKED) a;
    END IF;

    -- Behind the lock: a till that was quicker has left nothing due.
    SELECT array_agg(a.member_id) FILTER (WHERE a.is_plain),
           array_agg(a.member_id) FILTER (WHERE NOT a.is_plain)
    INTO plain, other_ids
    FROM (
        SELECT a.member_id, a.debt_points = 0 AND NOT EXISTS (
            SELECT FROM loyalty_hold h
            WHERE h.member_id = a.member_id AND h.state = 'OPEN' AND h.expires_at <= at
        ) AS is_plain
        FROM loyalty_account a
        WHERE a.member_id = ANY(mine) AND a.next_change_at <= at
        ORDER BY a.member_id
    ) a;

    WITH lots AS MATERIALIZED (
        SELECT a.member_id, a.pending_points, a.active_points, l.id AS lot_id,
               l.remaining_points, l.expired_points, l.activates_at, l.expires_at,
               l.is_pending AND l.activates_at > at AS waits_still,
               l.is_pending AND l.activates_at <= at AS begins,
               -- What is held stays until its hold is resolved.
               CASE WHEN (NOT l.is_pending OR l.activates_at <= at) AND l.expires_at <= at
                    THEN l.remaining_points - l.held_points ELSE 0 END AS lapsing_points,
               l.remaining_points - l.held_points AS free_points
        FROM loyalty_account a
        LEFT JOIN loyalty_lot l ON l.member_id = a.member_id AND l.is_open
        WHERE a.member_id = ANY(plain)
    ), turns AS (
        SELECT l.*, t.*
        FROM lots l
        CROSS JOIN LATERAL (VALUES
            ('ACTIVATE', 1, l.begins, l.activates_at, l.activates_at,
             l.remaining_points, -l.remaining_points, l.remaining_points),
            -- A lot that lapsed before it began turns when it began, and bears its own date.
            ('EXPIRE', 2, l.lapsing_points > 0, l.expires_at,
             CASE WHEN l.begins THEN greatest(l.activates_at, l.expires_at)
                  ELSE l.expires_at END,
             -l.lapsing_points, 0::bigint, -l.lapsing_points)
        ) t(kind, step, happens, occurred_at, turn_at, points, pending_change, active_change)
        WHERE t.happens
    ), entries AS MATERIALIZED (
        SELECT nextval('loyalty_ledgerentry_id_seq') AS entry_id,
               nextval('members_event_id_seq') AS event_id, s.*
        FROM (
            SELECT t.*,
                   (t.pending_points + sum(t.pending_change) OVER before)::bigint AS pending_after,
                   (t.active_points + sum(t.active_change) OVER before)::bigint AS active_after
            FROM turns t
            WINDOW before AS (PARTITION BY t.member_id ORDER BY t.turn_at, t.lot_id, t.step
                              ROWS UNBOUNDED PRECEDING)
            ORDER BY t.member_id, t.turn_at, t.lot_id, t.step
        ) s
    ), new_entries AS (
        INSERT INTO loyalty_ledgerentry
            (id, member_id, kind, points, pending_change, active_change, debt_change,
             pending_after, active_after, debt_after, reason, source_type, source_id, key,
             note, occurred_at, recorded_at)
        SELECT e.entry_id, e.member_id, e.kind, e.points, e.pending_change, e.active_change, 0,
               e.pending_after, e.active_after, 0,
               CASE e.kind WHEN 'ACTIVATE' THEN 'activated' ELSE 'expired' END,
               'LOT', e.lot_id,
               -- A restored lot can lapse again: what it had lost before tells the two apart.
               CASE e.kind WHEN 'ACTIVATE' THEN format('lot:%s:activate', e.lot_id)
                    ELSE format('lot:%s:expire:%s', e.lot_id, e.expired_points - e.points) END,
               ''::bytea, e.occurred_at, at
        FROM entries e
    ), new_movements AS (
        INSERT INTO loyalty_lotmovement (entry_id, lot_id, member_id, points)
        SELECT e.entry_id, e.lot_id, e.member_id, e.points FROM entries e WHERE e.kind = 'EXPIRE'
    ), changed_lots AS (
        UPDATE loyalty_lot l
        SET remaining_points = c.remaining_points - c.lapsing_points,
            expired_points = c.expired_points + c.lapsing_points,
            is_pending = false,
            is_open = c.remaining_points > c.lapsing_points
        FROM lots c
        WHERE l.id = c.lot_id AND (c.begins OR c.lapsing_points > 0)
    ), new_events AS (
        INSERT INTO members_event
            (id, uid, type, member_id, occurred_at, recorded_at, payload, source)
        SELECT e.event_id, uuidv7(), tells->e.kind->>0, e.member_id, e.occurred_at, at,
               jsonb_build_object('points', abs(e.points)), ''
        FROM entries e
    ), new_dispatches AS (
        INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
        SELECT e.event_id, s.subscriber, 'PENDING', 0, at, ''
        FROM entries e
        CROSS JOIN LATERAL jsonb_array_elements_text(tells->e.kind->1) s(subscriber)
    ), sums AS (
        SELECT l.member_id,
               coalesce(sum(l.remaining_points) FILTER (WHERE l.begins), 0) AS begun_points,
               coalesce(sum(l.lapsing_points), 0) AS lapsed_points,
               min(CASE WHEN l.waits_still THEN l.activates_at
                        WHEN l.free_points > l.lapsing_points THEN l.expires_at END) AS next_at
        FROM lots l
        GROUP BY l.member_id
    )
    UPDATE loyalty_account a
    SET pending_points = a.pending_points - s.begun_points,
        active_points = a.active_points + s.begun_points - s.lapsed_points,
        expired_points = a.expired_points + s.lapsed_points,
        next_change_at = least(s.next_at, (
            SELECT min(h.expires_at) FROM loyalty_hold h
            WHERE h.member_id = a.member_id AND h.state = 'OPEN')),
        version = a.version + 1
    FROM sums s
    WHERE a.member_id = s.member_id;
    GET DIAGNOSTICS settled = ROW_COUNT;
END
$$;

-- Spends points where nothing is to be decided: nothing is due, nothing is owed, there is enough,
-- and no lot slides. True when it did; false leaves all to the rules in Python, which are the truth
-- (`Ledger.redeem`); tests/loyalty/test_redeem_sql.py compares the two.
CREATE OR REPLACE FUNCTION loyalty_redeem(
    of_member_id bigint, asked bigint, why text, entry_key text, at timestamptz,
    event_uid uuid, event_type text, subscribers text[]
) RETURNS boolean
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    account record;
    lot_ids bigint[];
    -- By lot: what is free, 0 of a pending one; when it next changes, with points left and without.
    free_points bigint[];
    kept_at timestamptz[];
    spent_at timestamptz[];
    slides boolean;
    entry bigint;
    event bigint;
    rest bigint := asked;
    part bigint;
    next_at timestamptz;
BEGIN
    -- Many tills at one member queue here, where each waits once. On the row itself each would wait
    -- for every version that the others make of it.
    PERFORM pg_advisory_xact_lock(730261, (of_member_id % 2147483647)::int);
    -- A statement of its own: the lots are read behind it.
    SELECT a.pending_points, a.active_points, a.held_points INTO account
    FROM loyalty_account a
    WHERE a.member_id = of_member_id AND a.debt_points = 0
      AND (a.next_change_at IS NULL OR a.next_change_at > at)
      AND a.active_points - a.held_points >= asked AND asked > 0
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;

    SELECT array_agg(l.id), array_agg(l.free_points), array_agg(l.kept_at),
           array_agg(l.spent_at), bool_or(l.is_sliding)
    INTO lot_ids, free_points, kept_at, spent_at, slides
    FROM (
        SELECT o.id, o.is_sliding,
               CASE WHEN o.is_pending THEN 0 ELSE o.remaining_points - o.held_points END
                   AS free_points,
               CASE WHEN o.is_pending THEN o.activates_at
                    WHEN o.remaining_points > o.held_points THEN o.expires_at END AS kept_at,
               CASE WHEN o.is_pending THEN o.activates_at END AS spent_at
        FROM loyalty_lot o
        WHERE o.member_id = of_member_id AND o.is_open
        ORDER BY o.expires_at NULLS LAST, o.activates_at, o.id
    ) l;
    IF slides THEN
        RETURN false;
    END IF;

    INSERT INTO loyalty_ledgerentry
        (member_id, kind, points, pending_change, active_change, debt_change, pending_after,
         active_after, debt_after, reason, source_type, key, note, occurred_at, recorded_at)
    VALUES (of_member_id, 'REDEEM', -asked, 0, -asked, 0, account.pending_points,
            account.active_points - asked, 0, why, 'OPERATION', entry_key || ':redeem', '', at, at)
    RETURNING id INTO entry;

    FOR i IN 1..cardinality(lot_ids) LOOP
        part := least(rest, free_points[i]);
        IF part > 0 THEN
            rest := rest - part;
            UPDATE loyalty_lot l
            SET remaining_points = l.remaining_points - part,
                is_open = l.remaining_points > part
            WHERE l.id = lot_ids[i];
            INSERT INTO loyalty_lotmovement (entry_id, lot_id, member_id, points)
            VALUES (entry, lot_ids[i], of_member_id, -part);
        END IF;
        next_at := least(
            next_at, CASE WHEN free_points[i] > part THEN kept_at[i] ELSE spent_at[i] END);
    END LOOP;
    IF rest > 0 THEN
        RAISE EXCEPTION 'the open lots hold less than the account says'
            USING ERRCODE = 'check_violation';
    END IF;

    IF account.held_points > 0 THEN
        SELECT least(next_at, min(h.expires_at)) INTO next_at
        FROM loyalty_hold h WHERE h.member_id = of_member_id AND h.state = 'OPEN';
    END IF;
    UPDATE loyalty_account a
    SET active_points = a.active_points - asked, redeemed_points = a.redeemed_points + asked,
        next_change_at = next_at, version = a.version + 1
    WHERE a.member_id = of_member_id;

    INSERT INTO members_event (uid, type, member_id, occurred_at, recorded_at, payload, source)
    VALUES (event_uid, event_type, of_member_id, at, at,
            jsonb_build_object('order', '', 'points', asked), '')
    RETURNING id INTO event;
    IF cardinality(subscribers) > 0 THEN
        INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
        SELECT event, s, 'PENDING', 0, at, '' FROM unnest(subscribers) s;
    END IF;
    RETURN true;
END
$$;

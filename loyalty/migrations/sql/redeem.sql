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
    entry bigint;
    event bigint;
    lot record;
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
    IF NOT FOUND OR EXISTS (
        SELECT FROM loyalty_lot l
        WHERE l.member_id = of_member_id AND l.is_open AND l.is_sliding
    ) THEN
        RETURN false;
    END IF;

    INSERT INTO loyalty_ledgerentry
        (member_id, kind, points, pending_change, active_change, debt_change, pending_after,
         active_after, debt_after, reason, source_type, key, note, occurred_at, recorded_at)
    VALUES (of_member_id, 'REDEEM', -asked, 0, -asked, 0, account.pending_points,
            account.active_points - asked, 0, why, 'OPERATION', entry_key || ':redeem', '', at, at)
    RETURNING id INTO entry;

    FOR lot IN
        SELECT l.id, l.remaining_points - l.held_points AS free_points,
               l.is_pending, l.activates_at, l.expires_at
        FROM loyalty_lot l
        WHERE l.member_id = of_member_id AND l.is_open
        ORDER BY l.expires_at NULLS LAST, l.activates_at, l.id
    LOOP
        part := CASE WHEN lot.is_pending THEN 0 ELSE least(rest, lot.free_points) END;
        IF part > 0 THEN
            rest := rest - part;
            UPDATE loyalty_lot l
            SET remaining_points = l.remaining_points - part,
                is_open = l.remaining_points > part
            WHERE l.id = lot.id;
            INSERT INTO loyalty_lotmovement (entry_id, lot_id, member_id, points)
            VALUES (entry, lot.id, of_member_id, -part);
        END IF;
        next_at := least(next_at, CASE WHEN lot.is_pending THEN lot.activates_at
                                       WHEN lot.free_points > part THEN lot.expires_at END);
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

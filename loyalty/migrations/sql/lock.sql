-- Locks accounts in the order of their members and reads, behind the locks, what a posting that
-- isn't an order needs: the accounts, their open lots (and all lots of `order_id`), their holds.
-- One statement for the caller; columns as loyalty/services/states.py names them.
CREATE OR REPLACE FUNCTION loyalty_lock(member_ids bigint[], of_order_id bigint) RETURNS text
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    accounts jsonb;
    lots jsonb;
    holds jsonb;
    holds_any boolean;
BEGIN
    -- A row that was waited for is read as the other one left it.
    SELECT jsonb_agg(jsonb_build_array(
               a.member_id, a.version, a.pending_points, a.active_points, a.held_points,
               a.debt_points, a.earned_points, a.redeemed_points, a.expired_points,
               a.next_change_at, a.tier_id, a.tier_since_at, a.tier_until_at,
               a.window_from_on, a.window_spend_amount, a.window_orders_count,
               a.orders_count, a.last_order_at, a.window_qualifying_points,
               a.tier_floor_id, a.tier_floor_until_at, a.tier_grace_until_at, a.joined_on,
               a.tier_earned_id, a.tier_earned_until_at)),
           bool_or(a.held_points > 0)
    INTO accounts, holds_any
    FROM (SELECT * FROM loyalty_account WHERE member_id = ANY(member_ids)
          ORDER BY member_id FOR NO KEY UPDATE) a;

    IF of_order_id IS NULL THEN
        SELECT jsonb_agg(jsonb_build_array(
            l.member_id, l.id, l.earned_points, l.remaining_points, l.activates_at, l.expires_at,
            l.is_pending, l.held_points, l.expired_points, l.clawed_points, l.absorbed_points,
            l.order_id, l.is_sliding) ORDER BY l.id)
        INTO lots
        FROM loyalty_lot l WHERE l.member_id = ANY(member_ids) AND l.is_open;
    ELSE
        SELECT jsonb_agg(jsonb_build_array(
            l.member_id, l.id, l.earned_points, l.remaining_points, l.activates_at, l.expires_at,
            l.is_pending, l.held_points, l.expired_points, l.clawed_points, l.absorbed_points,
            l.order_id, l.is_sliding) ORDER BY l.id)
        INTO lots
        FROM loyalty_lot l
        WHERE (l.member_id = ANY(member_ids) AND l.is_open) OR l.order_id = of_order_id;
    END IF;

    IF holds_any THEN
        SELECT jsonb_agg(jsonb_build_array(h.member_id, h.id, h.points, h.expires_at, (
            SELECT jsonb_agg(jsonb_build_array(p.lot_id, p.points) ORDER BY p.id)
            FROM loyalty_holdpart p WHERE p.hold_id = h.id), h.uid, h.source) ORDER BY h.id)
        INTO holds
        FROM loyalty_hold h WHERE h.member_id = ANY(member_ids) AND h.state = 'OPEN';
    END IF;

    RETURN jsonb_build_array(coalesce(accounts, '[]'), coalesce(lots, '[]'), coalesce(holds, '[]'));
END
$$;

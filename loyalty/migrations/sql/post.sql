-- The posting primitive: writes what the rules decided for one order or five hundred, a refund,
-- an adjustment or a night's work, in one statement. It decides nothing.
--
-- Entries, lots and events get their ids here; within the batch they are named by their number
-- (`ref`), and a lot that the batch makes is named by its number below zero.
CREATE OR REPLACE FUNCTION loyalty_post(batch jsonb) RETURNS void
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    entry_ids bigint[];
    lot_ids bigint[];
    event_ids bigint[];
    changed bigint;
BEGIN
    IF batch ? 'orders' THEN
        INSERT INTO loyalty_order
            (id, uid, source, external_id, fingerprint, client_id, channel_id, store_id, member_id,
             cashier, guide, occurred_at, recorded_at, business_date, currency, gross_amount,
             discount_amount, net_amount, shipping_amount, rounding_amount, money_amount,
             points_amount, other_amount, eligible_amount, payments, earned_points, spent_points,
             refunded_amount, refunded_money_amount, refunded_shipping_amount, restored_points,
             qualifying_points, returned_qualifying_points, trace, answer, metadata)
        SELECT x.id, x.uid, x.source, x.external_id, decode(x.fingerprint, 'hex'), x.client_id,
               x.channel_id, x.store_id, x.member_id, x.cashier, x.guide, x.occurred_at,
               x.recorded_at, x.business_date, x.currency, x.gross_amount, x.discount_amount,
               x.net_amount, x.shipping_amount, x.rounding_amount, x.money_amount,
               x.points_amount, x.other_amount, x.eligible_amount, x.payments, x.earned_points,
               x.spent_points, 0, 0, 0, 0, x.qualifying_points, 0, x.trace, x.answer, x.metadata
        FROM jsonb_to_recordset(batch->'orders') AS x(
            id bigint, uid uuid, source text, external_id text, fingerprint text,
            client_id bigint, channel_id bigint, store_id bigint, member_id bigint, cashier text,
            guide text, occurred_at timestamptz, recorded_at timestamptz, business_date date,
            currency text, gross_amount bigint, discount_amount bigint, net_amount bigint,
            shipping_amount bigint, rounding_amount bigint, money_amount bigint,
            points_amount bigint, other_amount bigint, eligible_amount bigint, payments jsonb,
            earned_points bigint, spent_points bigint, qualifying_points bigint, trace jsonb, answer jsonb, metadata jsonb);

        INSERT INTO loyalty_orderline
            (order_id, number, line_id, product_id, quantity, unit_price_amount, discount_amount,
             net_amount, money_amount, eligible_amount, earned_points, lot_points,
             refunded_quantity, refunded_amount, clawed_points)
        SELECT x.order_id, x.number, x.line_id, x.product_id, x.quantity, x.unit_price_amount,
               x.discount_amount, x.net_amount, x.money_amount, x.eligible_amount,
               x.earned_points, x.lot_points, 0, 0, 0
        FROM jsonb_to_recordset(batch->'lines') AS x(
            order_id bigint, number smallint, line_id text, product_id bigint, quantity numeric,
            unit_price_amount bigint, discount_amount bigint, net_amount bigint,
            money_amount bigint, eligible_amount bigint, earned_points bigint,
            lot_points jsonb);
    END IF;

    IF batch ? 'bonuses' THEN
        INSERT INTO loyalty_orderbonus
            (order_id, number, rule_id, lot_number, points, clawed_points, on_return, facts)
        SELECT x.order_id, x.number, x.rule_id, x.lot_number, x.points, 0, x.on_return, x.facts
        FROM jsonb_to_recordset(batch->'bonuses') AS x(
            order_id bigint, number smallint, rule_id bigint, lot_number smallint, points bigint,
            on_return text, facts jsonb);
    END IF;

    IF batch ? 'bonus_changes' THEN
        UPDATE loyalty_orderbonus b SET clawed_points = b.clawed_points + x.points
        FROM jsonb_to_recordset(batch->'bonus_changes') AS x(id bigint, points bigint)
        WHERE b.id = x.id;
    END IF;

    IF batch ? 'rule_uses' THEN
        INSERT INTO loyalty_ruleuse
            (member_id, order_id, rule_id, code, business_date, points, returned_points)
        SELECT x.member_id, x.order_id, x.rule_id, x.code, x.business_date, x.points, 0
        FROM jsonb_to_recordset(batch->'rule_uses') AS x(
            member_id bigint, order_id bigint, rule_id bigint, code text, business_date date,
            points bigint);
    END IF;

    IF batch ? 'use_changes' THEN
        UPDATE loyalty_ruleuse u SET returned_points = u.returned_points + x.points
        FROM jsonb_to_recordset(batch->'use_changes') AS x(id bigint, points bigint)
        WHERE u.id = x.id;
    END IF;

    -- Source: budgets.sql.
    IF batch ? 'budget_returns' THEN
        PERFORM loyalty_give_back(batch->'budget_returns');
    END IF;

    IF batch ? 'entries' THEN
        FOR i IN 1..jsonb_array_length(batch->'entries') LOOP
            entry_ids[i] := nextval('loyalty_ledgerentry_id_seq');
        END LOOP;
        INSERT INTO loyalty_ledgerentry
            (id, member_id, kind, points, pending_change, active_change, debt_change,
             pending_after, active_after, debt_after, reason, source_type, source_id, key,
             actor_id, note, occurred_at, recorded_at)
        SELECT entry_ids[x.ref], x.member_id, x.kind, x.points, x.pending_change,
               x.active_change, x.debt_change, x.pending_after, x.active_after, x.debt_after,
               x.reason, x.source_type, x.source_id, x.key, x.actor_id, decode(x.note, 'hex'), x.occurred_at,
               x.recorded_at
        FROM jsonb_to_recordset(batch->'entries') AS x(
            ref int, member_id bigint, kind text, points bigint, pending_change bigint,
            active_change bigint, debt_change bigint, pending_after bigint, active_after bigint,
            debt_after bigint, reason text, source_type text, source_id bigint, key text,
            actor_id bigint, note text, occurred_at timestamptz, recorded_at timestamptz);
    END IF;

    IF batch ? 'lots' THEN
        FOR i IN 1..jsonb_array_length(batch->'lots') LOOP
            lot_ids[i] := nextval('loyalty_lot_id_seq');
        END LOOP;
        INSERT INTO loyalty_lot
            (id, member_id, order_id, entry_id, earned_points, remaining_points, held_points,
             expired_points, clawed_points, absorbed_points, is_pending, is_sliding, is_open,
             activates_at, expires_at)
        SELECT lot_ids[x.ref], x.member_id, x.order_id, entry_ids[x.entry_ref], x.earned_points,
               x.remaining_points, 0, x.expired_points, x.clawed_points, x.absorbed_points,
               x.is_pending, x.is_sliding, x.remaining_points > 0, x.activates_at, x.expires_at
        FROM jsonb_to_recordset(batch->'lots') AS x(
            ref int, member_id bigint, order_id bigint, entry_ref int, earned_points bigint,
            remaining_points bigint, expired_points bigint, clawed_points bigint,
            absorbed_points bigint, is_pending boolean, is_sliding boolean,
            activates_at timestamptz, expires_at timestamptz);
    END IF;

    IF batch ? 'lot_changes' THEN
        UPDATE loyalty_lot l
        SET remaining_points = x.remaining_points, held_points = x.held_points,
            expired_points = x.expired_points, clawed_points = x.clawed_points,
            absorbed_points = x.absorbed_points, is_pending = x.is_pending,
            is_open = x.remaining_points > 0, activates_at = x.activates_at
        FROM jsonb_to_recordset(batch->'lot_changes') AS x(
            id bigint, remaining_points bigint, held_points bigint, expired_points bigint,
            clawed_points bigint, absorbed_points bigint, is_pending boolean,
            activates_at timestamptz)
        WHERE l.id = x.id;
    END IF;

    IF batch ? 'movements' THEN
        INSERT INTO loyalty_lotmovement (entry_id, lot_id, member_id, points)
        SELECT entry_ids[x.entry_ref], CASE WHEN x.lot < 0 THEN lot_ids[-x.lot] ELSE x.lot END,
               x.member_id, x.points
        FROM jsonb_to_recordset(batch->'movements') AS x(
            entry_ref int, lot bigint, member_id bigint, points bigint);
    END IF;

    -- Apart from the other changes: the index of what lapses is on this column.
    IF batch ? 'lot_extensions' THEN
        INSERT INTO loyalty_lotextension
            (lot_id, member_id, before_at, after_at, reason, operation_id, recorded_at)
        SELECT CASE WHEN x.lot < 0 THEN lot_ids[-x.lot] ELSE x.lot END, x.member_id, x.before_at,
               x.after_at, x.reason, x.operation_id, x.recorded_at
        FROM jsonb_to_recordset(batch->'lot_extensions') AS x(
            lot bigint, member_id bigint, before_at timestamptz, after_at timestamptz,
            reason text, operation_id bigint, recorded_at timestamptz);

        UPDATE loyalty_lot l SET expires_at = x.after_at
        FROM jsonb_to_recordset(batch->'lot_extensions') AS x(lot bigint, after_at timestamptz)
        WHERE l.id = CASE WHEN x.lot < 0 THEN lot_ids[-x.lot] ELSE x.lot END;
    END IF;

    IF batch ? 'hold_changes' THEN
        UPDATE loyalty_hold h
        SET state = x.state, captured_points = x.captured_points, resolved_at = x.resolved_at,
            order_id = x.order_id
        FROM jsonb_to_recordset(batch->'hold_changes') AS x(
            id bigint, state text, captured_points bigint, resolved_at timestamptz,
            order_id bigint)
        WHERE h.id = x.id AND h.state = 'OPEN';
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed <> jsonb_array_length(batch->'hold_changes') THEN
            RAISE EXCEPTION 'a hold was resolved between reading and posting'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END IF;

    IF batch ? 'accounts' THEN
        UPDATE loyalty_account a
        SET pending_points = x.pending_points, active_points = x.active_points,
            held_points = x.held_points, debt_points = x.debt_points, earned_points = x.earned_points,
            redeemed_points = x.redeemed_points, expired_points = x.expired_points,
            next_change_at = x.next_change_at, tier_id = x.tier_id,
            tier_since_at = x.tier_since_at, tier_until_at = x.tier_until_at,
            tier_floor_id = x.tier_floor_id, tier_floor_until_at = x.tier_floor_until_at,
            tier_grace_until_at = x.tier_grace_until_at, tier_earned_id = x.tier_earned_id,
            tier_earned_until_at = x.tier_earned_until_at,
            window_from_on = x.window_from_on, window_spend_amount = x.window_spend_amount,
            window_orders_count = x.window_orders_count,
            window_qualifying_points = x.window_qualifying_points, orders_count = x.orders_count,
            last_order_at = x.last_order_at, version = a.version + 1
        FROM jsonb_to_recordset(batch->'accounts') AS x(
            member_id bigint, version bigint, pending_points bigint, active_points bigint,
            held_points bigint, debt_points bigint, earned_points bigint, redeemed_points bigint,
            expired_points bigint, next_change_at timestamptz, tier_id bigint,
            tier_since_at timestamptz, tier_until_at timestamptz, tier_floor_id bigint,
            tier_floor_until_at timestamptz, tier_grace_until_at timestamptz,
            tier_earned_id bigint, tier_earned_until_at timestamptz, window_from_on date, window_spend_amount bigint, window_orders_count bigint,
            window_qualifying_points bigint, orders_count bigint,
            last_order_at timestamptz)
        WHERE a.member_id = x.member_id AND a.version = x.version;
        GET DIAGNOSTICS changed = ROW_COUNT;
        -- The lock makes this impossible; whoever posts without it finds out here.
        IF changed <> jsonb_array_length(batch->'accounts') THEN
            RAISE EXCEPTION 'an account changed between reading and posting'
                USING ERRCODE = 'serialization_failure';
        END IF;
    END IF;

    IF batch ? 'tier_changes' THEN
        INSERT INTO loyalty_tierchange
            (member_id, from_tier_id, to_tier_id, reason, figures, actor_id, order_id,
             occurred_at, recorded_at, until_at)
        SELECT x.member_id, x.from_tier_id, x.to_tier_id, x.reason, x.figures, x.actor_id,
               x.order_id, x.occurred_at, x.recorded_at, x.until_at
        FROM jsonb_to_recordset(batch->'tier_changes') AS x(
            member_id bigint, from_tier_id bigint, to_tier_id bigint, reason text, figures jsonb,
            actor_id bigint, order_id bigint, occurred_at timestamptz, recorded_at timestamptz,
            until_at timestamptz);
    END IF;

    IF batch ? 'refunds' THEN
        INSERT INTO loyalty_refund
            (id, uid, source, external_id, fingerprint, state, order_id, member_id,
             order_external_id, occurred_at, recorded_at, business_date, value_amount,
             money_amount, shipping_amount, restored_points, restored_expired_points,
             clawed_points, absorbed_points, debt_points, uncollected_points, reason, actor_id,
             request, answer)
        SELECT x.id, x.uid, x.source, x.external_id, decode(x.fingerprint, 'hex'), 'APPLIED',
               x.order_id, x.member_id, x.order_external_id, x.occurred_at, x.recorded_at,
               x.business_date, x.value_amount, x.money_amount, x.shipping_amount,
               x.restored_points, x.restored_expired_points, x.clawed_points, x.absorbed_points,
               x.debt_points, x.uncollected_points, x.reason, x.actor_id, '{}', x.answer
        FROM jsonb_to_recordset(batch->'refunds') AS x(
            id bigint, uid uuid, source text, external_id text, fingerprint text,
            order_id bigint, member_id bigint, order_external_id text, occurred_at timestamptz,
            recorded_at timestamptz, business_date date, value_amount bigint,
            money_amount bigint, shipping_amount bigint, restored_points bigint,
            restored_expired_points bigint, clawed_points bigint, absorbed_points bigint,
            debt_points bigint, uncollected_points bigint, reason text, actor_id bigint,
            answer jsonb)
        -- One that waited for its order has its row already, and keeps when it was recorded.
        ON CONFLICT (id) DO UPDATE SET
            state = 'APPLIED', order_id = excluded.order_id, member_id = excluded.member_id,
            business_date = excluded.business_date, value_amount = excluded.value_amount,
            money_amount = excluded.money_amount, shipping_amount = excluded.shipping_amount,
            restored_points = excluded.restored_points,
            restored_expired_points = excluded.restored_expired_points,
            clawed_points = excluded.clawed_points, absorbed_points = excluded.absorbed_points,
            debt_points = excluded.debt_points,
            uncollected_points = excluded.uncollected_points, answer = excluded.answer
            WHERE loyalty_refund.state = 'PARKED';

        INSERT INTO loyalty_refundline
            (refund_id, order_line_id, quantity, value_amount, money_amount, clawed_points)
        SELECT x.refund_id, x.order_line_id, x.quantity, x.value_amount, x.money_amount,
               x.clawed_points
        FROM jsonb_to_recordset(batch->'refund_lines') AS x(
            refund_id bigint, order_line_id bigint, quantity numeric, value_amount bigint,
            money_amount bigint, clawed_points bigint);

        UPDATE loyalty_orderline l
        SET refunded_quantity = l.refunded_quantity + x.quantity,
            refunded_amount = l.refunded_amount + x.value_amount,
            clawed_points = l.clawed_points + x.clawed_points
        FROM jsonb_to_recordset(batch->'refund_lines') AS x(
            order_line_id bigint, quantity numeric, value_amount bigint, clawed_points bigint)
        WHERE l.id = x.order_line_id;

        UPDATE loyalty_order o
        SET refunded_amount = o.refunded_amount + x.value_amount,
            refunded_money_amount = o.refunded_money_amount + x.money_amount,
            refunded_shipping_amount = o.refunded_shipping_amount + x.shipping_amount,
            restored_points = o.restored_points + x.restored_points,
            returned_qualifying_points = o.returned_qualifying_points
                + coalesce(x.qualifying_points, 0)
        FROM jsonb_to_recordset(batch->'refunds') AS x(
            order_id bigint, value_amount bigint, money_amount bigint, shipping_amount bigint,
            restored_points bigint, qualifying_points bigint)
        WHERE o.id = x.order_id;
    END IF;

    IF batch ? 'events' THEN
        FOR i IN 1..jsonb_array_length(batch->'events') LOOP
            event_ids[i] := nextval('members_event_id_seq');
        END LOOP;
        INSERT INTO members_event
            (id, uid, type, member_id, occurred_at, recorded_at, payload, actor_id, source)
        SELECT event_ids[x.ref], x.uid, x.type, x.member_id, x.occurred_at, x.recorded_at,
               x.payload, x.actor_id, x.source
        FROM jsonb_to_recordset(batch->'events') AS x(
            ref int, uid uuid, type text, member_id bigint, occurred_at timestamptz,
            recorded_at timestamptz, payload jsonb, actor_id bigint, source text);
    END IF;

    IF batch ? 'dispatches' THEN
        INSERT INTO members_dispatch
            (event_id, subscriber, state, attempts, next_at, last_error)
        SELECT event_ids[x.ref], x.subscriber, 'PENDING', 0, x.next_at, ''
        FROM jsonb_to_recordset(batch->'dispatches') AS x(
            ref int, subscriber text, next_at timestamptz);
    END IF;

    IF batch ? 'idempotency' THEN
        INSERT INTO members_idempotencykey
            (client_id, key, fingerprint, status_code, member_id, answer, created_at)
        SELECT x.client_id, x.key, decode(x.fingerprint, 'hex'), x.status_code, x.member_id,
               NULL, x.created_at
        FROM jsonb_to_recordset(batch->'idempotency') AS x(
            client_id bigint, key text, fingerprint text, status_code smallint,
            member_id bigint, created_at timestamptz)
        -- A batch of which some were refused may come again, and more of it is recorded then.
        ON CONFLICT (client_id, key) DO UPDATE SET status_code = excluded.status_code
            WHERE members_idempotencykey.fingerprint = excluded.fingerprint;
        GET DIAGNOSTICS changed = ROW_COUNT;
        IF changed = 0 THEN
            RAISE EXCEPTION 'idempotency_key_used_once: for another request'
                USING ERRCODE = 'unique_violation', CONSTRAINT = 'idempotency_key_used_once';
        END IF;
    END IF;
END
$$;

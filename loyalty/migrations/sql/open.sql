-- Reads what a batch of orders needs, and locks the accounts it will change.
--
-- A function of its own before loyalty_post: under READ COMMITTED each statement in it sees what
-- was committed when the statement began, so everything after the lock is read behind it. Locks
-- are taken in the order of member ids everywhere, so two batches can't wait for each other.
CREATE OR REPLACE FUNCTION loyalty_open(request jsonb) RETURNS text
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    refs jsonb := '[]';
    member_ids bigint[] := '{}';
    accounts jsonb := '[]';
    lots jsonb := '[]';
    window_before date := (request->>'window_before')::date;
    at timestamptz := (request->>'at')::timestamptz;
BEGIN
    -- Products before accounts, by sku: the other way round two batches could wait for each other.
    IF request ? 'products' THEN
        INSERT INTO loyalty_product
            (uid, sku, name_zh, name_en, category, brand, image_url, is_active, is_provisional)
        SELECT x.uid, x.sku, x.name, '', x.category, x.brand, '', true, true
        FROM jsonb_to_recordset(request->'products')
            AS x(uid uuid, sku text, name text, category text, brand text)
        WHERE NOT EXISTS (SELECT FROM loyalty_product p WHERE p.sku = x.sku)
        ORDER BY x.sku
        ON CONFLICT (sku) DO NOTHING;
    END IF;

    IF request ? 'identities' THEN
        SELECT coalesce(jsonb_agg(jsonb_build_array(x.ref, m.id, m.uid)), '[]'),
               coalesce(array_agg(DISTINCT m.id), '{}')
        INTO refs, member_ids
        FROM jsonb_to_recordset(request->'identities')
            AS x(ref text, kind text, issuer text, digest text, uid uuid)
        CROSS JOIN LATERAL (
            SELECT i.member_id FROM members_identity i
            WHERE i.digest = decode(x.digest, 'hex') AND i.kind = x.kind AND i.issuer = x.issuer
            UNION ALL
            SELECT u.id FROM members_member u WHERE u.uid = x.uid
        ) i
        CROSS JOIN LATERAL (
            SELECT s.id, s.uid FROM members_member o
            JOIN members_member s ON s.id = coalesce(o.merged_into_id, o.id)
            WHERE o.id = i.member_id AND s.state IN ('ACTIVE', 'RESTRICTED')
        ) m;
    END IF;

    IF cardinality(member_ids) > 0 THEN
        PERFORM FROM loyalty_account a WHERE a.member_id = ANY(member_ids)
        ORDER BY a.member_id FOR NO KEY UPDATE;

        SELECT jsonb_agg(jsonb_build_array(
            a.member_id, a.version, a.pending_points, a.active_points, a.held_points,
            a.debt_points, a.earned_points, a.redeemed_points, a.expired_points,
            a.next_change_at, a.tier_id, a.tier_since_at, a.tier_until_at,
            a.window_from_on, a.window_spend_amount, a.window_orders_count,
            a.orders_count, a.last_order_at,
            CASE WHEN a.window_from_on < window_before THEN (
                SELECT jsonb_agg(jsonb_build_array(d.day, d.spend, d.orders) ORDER BY d.day)
                FROM (
                    SELECT o.business_date AS day,
                           sum(o.net_amount - o.refunded_amount + o.refunded_shipping_amount)
                               AS spend,
                           count(*) FILTER (WHERE
                               o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0
                           ) AS orders
                    FROM loyalty_order o
                    WHERE o.member_id = a.member_id
                      AND o.business_date >= a.window_from_on
                      AND o.business_date < window_before
                    GROUP BY o.business_date
                ) d
            ) END
        )) INTO accounts
        FROM loyalty_account a WHERE a.member_id = ANY(member_ids);

        -- Lots only where something is due, or where points are to be spent.
        SELECT coalesce(jsonb_agg(jsonb_build_array(
            l.member_id, l.id, l.earned_points, l.remaining_points, l.activates_at, l.expires_at,
            l.is_pending, l.held_points, l.expired_points, l.clawed_points, l.absorbed_points,
            l.order_id
        )), '[]') INTO lots
        FROM loyalty_account a
        CROSS JOIN LATERAL (
            SELECT * FROM loyalty_lot l WHERE l.member_id = a.member_id AND l.is_open
        ) l
        WHERE a.member_id = ANY(member_ids)
          AND ((request->>'with_lots')::boolean OR a.debt_points > 0 OR a.next_change_at <= at);
    END IF;

    RETURN jsonb_build_array(
        (SELECT jsonb_build_array(p.id, p.version) FROM loyalty_program p WHERE p.is_current),
        (SELECT jsonb_object_agg(s.code, jsonb_build_array(s.id, s.time_zone))
         FROM members_store s
         WHERE s.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'stores')))),
        (SELECT jsonb_object_agg(c.code, c.id)
         FROM members_channel c
         WHERE c.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'channels')))),
        CASE WHEN request ? 'products' THEN (
            SELECT jsonb_object_agg(p.sku, p.id)
            FROM jsonb_array_elements(request->'products') x
            CROSS JOIN LATERAL (
                SELECT p.sku, p.id FROM loyalty_product p WHERE p.sku = x->>'sku'
            ) p
        ) END,
        refs,
        accounts,
        lots,
        (SELECT jsonb_agg(jsonb_build_array(
             o.external_id, o.uid, encode(o.fingerprint, 'hex'), o.answer, o.member_id
         ))
         FROM jsonb_array_elements_text(request->'external_ids') x
         CROSS JOIN LATERAL (
             SELECT * FROM loyalty_order o
             WHERE o.source = request->>'source' AND o.external_id = x.value
         ) o),
        (SELECT jsonb_agg(nextval('loyalty_order_id_seq'))
         FROM generate_series(1, jsonb_array_length(request->'external_ids')))
    )::text;
END
$$;

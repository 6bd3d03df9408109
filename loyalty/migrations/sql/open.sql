-- Reads what a batch of orders needs, and locks the accounts it will change.
--
-- A function of its own before loyalty_post: under READ COMMITTED each statement in it sees what
-- was committed when the statement began, so everything after the lock is read behind it. Locks
-- are taken in the order of member ids everywhere, so two batches can't wait for each other.
--
-- A single order is by far the most frequent batch, and there starting a statement costs more
-- than running it: what it doesn't need isn't asked, and what can be a plain look-up is one.
-- One of 64 locks stands for an order that may not be here yet.
CREATE OR REPLACE FUNCTION loyalty_order_slot(source text, external_id text) RETURNS int
LANGUAGE sql IMMUTABLE
RETURN hashtext(source || '|' || external_id) & 63;

-- The last anniversary of joining up to `day`; that of 29 February is the 28th in common years.
-- As loyalty/rules/tiers.py counts it.
CREATE OR REPLACE FUNCTION loyalty_year_start(joined_on date, day date) RETURNS date
LANGUAGE sql IMMUTABLE
RETURN CASE
    WHEN (joined_on + make_interval(
        years => (date_part('year', day) - date_part('year', joined_on))::int))::date <= day
    THEN (joined_on + make_interval(
        years => (date_part('year', day) - date_part('year', joined_on))::int))::date
    ELSE (joined_on + make_interval(
        years => (date_part('year', day) - date_part('year', joined_on) - 1)::int))::date
END;

CREATE OR REPLACE FUNCTION loyalty_open(request jsonb) RETURNS text
LANGUAGE plpgsql
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    claim jsonb;
    refs jsonb := '[]';
    member_ids bigint[] := '{}';
    accounts jsonb;
    aging jsonb;
    lots jsonb := '[]';
    known jsonb;
    places jsonb;
    products jsonb;
    order_ids bigint[] := '{}';
    size int := jsonb_array_length(request->'external_ids');
    window_before date := (request->>'window_before')::date;
    -- In membership years each member's window begins on a day of their own.
    newest_day date := (request->>'newest_day')::date;
    by_joining boolean := request ? 'newest_day';
    at timestamptz := (request->>'at')::timestamptz;
    ages boolean;
    is_due boolean;
    has_holds boolean;
    is_retired boolean;
    holds jsonb;
    parked jsonb;
    extras jsonb;
    wanted jsonb := request->'extras';
BEGIN
    -- Whoever parks a refund for one of these orders waits for us, or we for him: neither misses
    -- the other. Before the accounts, as everywhere.
    IF size = 1 THEN
        PERFORM pg_advisory_xact_lock_shared(5217102, loyalty_order_slot(
            request->>'source', request->'external_ids'->>0));
    ELSE
        PERFORM pg_advisory_xact_lock_shared(5217102, slot)
        FROM (SELECT DISTINCT loyalty_order_slot(request->>'source', x) AS slot
              FROM jsonb_array_elements_text(request->'external_ids') x ORDER BY 1) slots;
    END IF;

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

        SELECT jsonb_object_agg(p.sku, p.id) INTO products
        FROM jsonb_array_elements(request->'products') x
        CROSS JOIN LATERAL (SELECT p.sku, p.id FROM loyalty_product p WHERE p.sku = x->>'sku') p;
    END IF;

    IF request ? 'stores' THEN
        SELECT jsonb_object_agg(s.code, jsonb_build_array(s.id, s.time_zone, s.city)) INTO places
        FROM members_store s
        WHERE s.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'stores')));
        places := jsonb_build_array(places, (
            SELECT jsonb_object_agg(c.code, c.id) FROM members_channel c
            WHERE c.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'channels')))));
    END IF;

    claim := request->'identities'->0;
    IF jsonb_array_length(request->'identities') = 1 AND NOT claim ? 'uid' THEN
        SELECT jsonb_build_array(jsonb_build_array(claim->>'ref', s.id, s.uid)), ARRAY[s.id]
        INTO refs, member_ids
        FROM members_identity i
        JOIN members_member o ON o.id = i.member_id
        JOIN members_member s ON s.id = coalesce(o.merged_into_id, o.id)
        WHERE i.digest = decode(claim->>'digest', 'hex') AND i.kind = claim->>'kind'
          AND i.issuer = claim->>'issuer' AND s.state IN ('ACTIVE', 'RESTRICTED');
    ELSIF claim IS NOT NULL THEN
        SELECT jsonb_agg(jsonb_build_array(x.ref, m.id, m.uid)), array_agg(DISTINCT m.id)
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
        -- A row that was waited for is read as the other one left it.
        SELECT jsonb_agg(jsonb_build_array(
                   a.member_id, a.version, a.pending_points, a.active_points, a.held_points,
                   a.debt_points, a.earned_points, a.redeemed_points, a.expired_points,
                   a.next_change_at, a.tier_id, a.tier_since_at, a.tier_until_at,
                   a.window_from_on, a.window_spend_amount, a.window_orders_count,
                   a.orders_count, a.last_order_at, a.window_qualifying_points,
                   a.tier_floor_id, a.tier_floor_until_at, a.tier_grace_until_at, a.joined_on,
                   a.tier_earned_id, a.tier_earned_until_at)),
               bool_or(a.window_from_on < CASE WHEN by_joining AND a.joined_on IS NOT NULL
                   THEN loyalty_year_start(a.joined_on, newest_day) ELSE window_before END),
               bool_or(a.debt_points > 0 OR a.next_change_at <= at),
               bool_or(a.held_points > 0),
               bool_or(a.version < 0)
        INTO accounts, ages, is_due, has_holds, is_retired
        FROM (SELECT * FROM loyalty_account WHERE member_id = ANY(member_ids)
              ORDER BY member_id FOR NO KEY UPDATE) a;
    END IF;

    -- While we waited for the lock: the next attempt finds the survivor.
    IF is_retired THEN
        RAISE EXCEPTION 'a member was merged between look-up and lock'
            USING ERRCODE = 'serialization_failure';
    END IF;

    -- Below: behind the lock, and only what is needed.
    IF ages THEN
        SELECT jsonb_object_agg(d.member_id, d.days) INTO aging
        FROM (
            SELECT day.member_id,
                   jsonb_agg(jsonb_build_array(day.day, day.spend, day.orders, day.qualifying)
                             ORDER BY day.day) AS days
            FROM (
                SELECT x.member_id, x.day, sum(x.spend) AS spend, sum(x.orders) AS orders,
                       sum(x.qualifying) AS qualifying
                FROM (
                    SELECT a.member_id, a.window_from_on, a.window_qualifying_points,
                           CASE WHEN by_joining AND a.joined_on IS NOT NULL
                               THEN loyalty_year_start(a.joined_on, newest_day)
                               ELSE window_before END AS until
                    FROM loyalty_account a WHERE a.member_id = ANY(member_ids)
                ) a
                CROSS JOIN LATERAL (
                    SELECT a.member_id, o.business_date AS day,
                           o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS spend,
                           (o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0)::int
                               AS orders,
                           o.qualifying_points - o.returned_qualifying_points AS qualifying
                    FROM loyalty_order o
                    WHERE o.member_id = a.member_id AND o.business_date >= a.window_from_on
                      AND o.business_date < a.until
                    UNION ALL
                    -- Awards are append-only: those of a merged member stay with the retired id.
                    SELECT a.member_id, b.business_date, 0, 0, b.qualifying_points
                    FROM (SELECT a.member_id AS id UNION ALL
                          SELECT m.id FROM members_member m
                          WHERE m.merged_into_id = a.member_id) who
                    JOIN loyalty_behavioraward b ON b.member_id = who.id
                        AND b.business_date >= a.window_from_on AND b.business_date < a.until
                    WHERE a.window_qualifying_points > 0 AND b.qualifying_points <> 0
                ) x
                GROUP BY x.member_id, x.day
            ) day
            GROUP BY day.member_id
        ) d;
    END IF;

    IF is_due OR (request->>'with_lots')::boolean THEN
        SELECT coalesce(jsonb_agg(jsonb_build_array(
            l.member_id, l.id, l.earned_points, l.remaining_points, l.activates_at, l.expires_at,
            l.is_pending, l.held_points, l.expired_points, l.clawed_points, l.absorbed_points,
            l.order_id, l.is_sliding
        )), '[]') INTO lots
        FROM loyalty_account a
        JOIN loyalty_lot l ON l.member_id = a.member_id AND l.is_open
        WHERE a.member_id = ANY(member_ids)
          AND ((request->>'with_lots')::boolean OR a.debt_points > 0 OR a.next_change_at <= at);
    END IF;

    -- Wherever lots are looked at, what pins them is too.
    IF has_holds AND (is_due OR (request->>'with_lots')::boolean) THEN
        SELECT jsonb_agg(jsonb_build_array(
                   h.member_id, h.id, h.points, h.expires_at, h.parts, h.uid, h.source))
        INTO holds
        FROM (
            SELECT h.member_id, h.id, h.points, h.expires_at, h.uid, h.source,
                   jsonb_agg(jsonb_build_array(p.lot_id, p.points) ORDER BY p.id) AS parts
            FROM loyalty_hold h JOIN loyalty_holdpart p ON p.hold_id = h.id
            WHERE h.member_id = ANY(member_ids) AND h.state = 'OPEN'
            GROUP BY h.id ORDER BY h.id
        ) h;
    END IF;

    IF size = 1 THEN
        SELECT jsonb_build_array(jsonb_build_array(
            o.external_id, o.uid, encode(o.fingerprint, 'hex'), o.answer, o.member_id)) INTO known
        FROM loyalty_order o
        WHERE o.source = request->>'source' AND o.external_id = request->'external_ids'->>0;
    ELSE
        SELECT jsonb_agg(jsonb_build_array(
            o.external_id, o.uid, encode(o.fingerprint, 'hex'), o.answer, o.member_id)) INTO known
        FROM loyalty_order o
        WHERE o.source = request->>'source'
          -- An array, not a join: while the table's statistics are those of an empty one, a join
          -- reads every order of the source for each batch.
          AND o.external_id = ANY(
              ARRAY(SELECT jsonb_array_elements_text(request->'external_ids')));
    END IF;

    -- The index holds only refunds that wait for an order we don't know: mostly none.
    SELECT jsonb_agg(DISTINCT r.order_external_id) INTO parked
    FROM loyalty_refund r
    WHERE r.state = 'PARKED' AND r.order_id IS NULL AND r.source = loyalty_open.request->>'source'
      AND r.order_external_id = ANY(
          ARRAY(SELECT jsonb_array_elements_text(loyalty_open.request->'external_ids')));

    -- What the conditions and caps of the rules in force ask for; most programmes ask for none.
    IF wanted IS NOT NULL THEN
        extras := jsonb_build_array(
            CASE WHEN wanted ? 'buyers' THEN (
                SELECT jsonb_object_agg(m.id, jsonb_build_array(
                    m.birthday_md, m.birthday_counts_from_on,
                    ARRAY(SELECT t.code FROM members_membertag mt
                          JOIN members_tag t ON t.id = mt.tag_id WHERE mt.member_id = m.id)))
                FROM members_member m WHERE m.id = ANY(member_ids)) END,
            CASE WHEN wanted ? 'skus' THEN (
                SELECT jsonb_object_agg(p.sku, jsonb_build_array(p.category, p.brand))
                FROM loyalty_product p
                WHERE p.sku = ANY(ARRAY(SELECT jsonb_array_elements_text(wanted->'skus')))) END,
            -- By day from the first of the month on; what was before is one sum, without a day.
            CASE WHEN wanted ? 'codes' THEN (
                SELECT jsonb_agg(jsonb_build_array(u.member_id, u.code, u.day, u.points))
                FROM (
                    SELECT r.member_id, r.code,
                           CASE WHEN r.business_date >= (wanted->>'since')::date
                                THEN r.business_date END AS day,
                           sum(r.points - r.returned_points) AS points
                    FROM loyalty_ruleuse r
                    WHERE r.member_id = ANY(member_ids)
                      AND r.code = ANY(ARRAY(SELECT jsonb_array_elements_text(wanted->'codes')))
                      AND ((wanted->>'ever')::boolean
                           OR r.business_date >= (wanted->>'since')::date)
                    GROUP BY 1, 2, 3
                ) u) END);
    END IF;

    FOR i IN 1..size LOOP
        order_ids[i] := nextval('loyalty_order_id_seq');
    END LOOP;

    RETURN jsonb_build_array(
        (SELECT jsonb_build_array(p.id, p.version) FROM loyalty_program p WHERE p.is_current),
        places->0, places->1, products, coalesce(refs, '[]'), accounts, lots, known,
        to_jsonb(order_ids), aging, holds, parked, extras
    )::text;
END
$$;

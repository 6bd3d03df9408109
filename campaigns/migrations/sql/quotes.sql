-- What a quote reads and what settles it.

-- ---------------------------------------------------------------------------------------------
-- Reading. One statement, no locks, one snapshot: the programme's version, who asks, what they
-- hold, what is left of limited offers and coupon types, the catalogue's rows of the cart.
--
-- A coupon as a quote sees it. A code of a batch that was called back is void, whatever its row
-- says until a job has come to it.
CREATE OR REPLACE FUNCTION campaigns_quote_coupon(
    c loyalty_coupon, is_ours boolean, is_entered boolean
) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT jsonb_build_array(
        c.id, c.code, c.type_id,
        CASE WHEN c.batch_id IS NOT NULL AND EXISTS (
                 SELECT FROM loyalty_couponbatch b
                 WHERE b.id = c.batch_id AND b.voided_at IS NOT NULL)
             THEN 'VOID' ELSE c.state END,
        c.member_id, c.holder, c.valid_from, c.expires_at,
        CASE WHEN c.state = 'LOCKED' THEN c.locked_until END, is_ours, is_entered)
$$;

-- As loyalty_open reads an account, less its locks. What isn't needed isn't asked: starting a
-- statement costs more than running it.
CREATE OR REPLACE FUNCTION campaigns_quote(request jsonb) RETURNS text
LANGUAGE plpgsql STABLE
SET enable_hashjoin = off
SET enable_mergejoin = off
SET enable_seqscan = off
SET plan_cache_mode = force_generic_plan
AS $$
DECLARE
    claim jsonb := request->'identity';
    at timestamptz := (request->>'at')::timestamptz;
    who bigint;
    who_uid uuid;
    whose text := coalesce(request->>'guest', '');
    birthday jsonb;
    account loyalty_account;
    is_due boolean := false;
    tier_due boolean := false;
    lots jsonb;
    holds jsonb;
    aging jsonb;
    tags jsonb;
    clv bigint;
    coupons jsonb;
    uses jsonb;
    pools jsonb;
    products jsonb;
    places jsonb;
    rule_uses jsonb;
    rule_budgets jsonb;
    own_lock bigint;
    own_number text := '';
    bearer_keys text[];
    reserved jsonb;
BEGIN
    IF claim ? 'digest' THEN
        SELECT s.id, s.uid, jsonb_build_array(s.birthday_md, s.birthday_counts_from_on)
        INTO who, who_uid, birthday
        FROM members_identity i
        JOIN members_member o ON o.id = i.member_id
        JOIN members_member s ON s.id = coalesce(o.merged_into_id, o.id)
        WHERE i.digest = decode(claim->>'digest', 'hex') AND i.kind = claim->>'kind'
          AND i.issuer = claim->>'issuer' AND s.state IN ('ACTIVE', 'RESTRICTED');
    ELSIF claim IS NOT NULL THEN
        SELECT s.id, s.uid, jsonb_build_array(s.birthday_md, s.birthday_counts_from_on)
        INTO who, who_uid, birthday
        FROM members_member o
        JOIN members_member s ON s.id = coalesce(o.merged_into_id, o.id)
        WHERE (o.uid = (claim->>'uid')::uuid OR o.id = (claim->>'id')::bigint)
          AND s.state IN ('ACTIVE', 'RESTRICTED');
    END IF;

    IF who IS NOT NULL THEN
        whose := 'member:' || who;
        SELECT * INTO account FROM loyalty_account a WHERE a.member_id = who;
        -- What carts honor for whom it was given to by hand, or who was drawn, is a tag of its own.
        SELECT jsonb_agg(b.code) INTO tags FROM (
            SELECT t.code
            FROM members_membertag mt JOIN members_tag t ON t.id = mt.tag_id
            WHERE mt.member_id = who
            UNION ALL
            SELECT 'grant:' || f.code
            FROM loyalty_benefitgrant g JOIN loyalty_benefit f ON f.id = g.benefit_id
            WHERE g.member_id = who AND g.origin <> 'CLAIM' AND g.ended_at IS NULL
              AND g.valid_from <= at AND (g.valid_until IS NULL OR g.valid_until > at)
              AND f.kind IN ('DISCOUNT', 'FREE_SHIPPING') AND f.coupon_type_id IS NULL
            UNION ALL
            SELECT 'drawn:' || f.code
            FROM loyalty_benefitholder h JOIN loyalty_benefit f ON f.id = h.benefit_id
            WHERE h.member_id = who
              AND f.kind IN ('DISCOUNT', 'FREE_SHIPPING') AND f.coupon_type_id IS NULL
        ) b;
    END IF;

    IF account.member_id IS NOT NULL THEN
        is_due := account.debt_points > 0 OR coalesce(account.next_change_at <= at, false);
        IF is_due THEN
            SELECT jsonb_agg(jsonb_build_array(
                l.member_id, l.id, l.earned_points, l.remaining_points, l.activates_at,
                l.expires_at, l.is_pending, l.held_points, l.expired_points, l.clawed_points,
                l.absorbed_points, l.order_id, l.is_sliding))
            INTO lots FROM loyalty_lot l WHERE l.member_id = who AND l.is_open;
        END IF;
        IF is_due AND account.held_points > 0 THEN
            SELECT jsonb_agg(jsonb_build_array(
                       h.member_id, h.id, h.points, h.expires_at, h.parts, h.uid, h.source))
            INTO holds
            FROM (
                SELECT h.member_id, h.id, h.points, h.expires_at, h.uid, h.source,
                       jsonb_agg(jsonb_build_array(p.lot_id, p.points) ORDER BY p.id) AS parts
                FROM loyalty_hold h JOIN loyalty_holdpart p ON p.hold_id = h.id
                WHERE h.member_id = who AND h.state = 'OPEN'
                GROUP BY h.id ORDER BY h.id
            ) h;
        END IF;
        -- A term that is over: which days its figures are of.
        tier_due := coalesce(account.tier_until_at <= at, false)
            OR coalesce(account.tier_earned_until_at <= at, false)
            OR coalesce(account.tier_grace_until_at <= at, false)
            OR coalesce(account.tier_floor_until_at <= at, false);
        IF tier_due THEN
            SELECT jsonb_agg(jsonb_build_array(x.day, x.spend, x.orders, x.qualifying)
                             ORDER BY x.day)
            INTO aging
            FROM (
                SELECT d.day, sum(d.spend) AS spend, sum(d.orders) AS orders,
                       sum(d.qualifying) AS qualifying
                FROM (
                    SELECT o.business_date AS day,
                           o.net_amount - o.refunded_amount + o.refunded_shipping_amount AS spend,
                           (o.net_amount - o.refunded_amount + o.refunded_shipping_amount > 0)::int
                               AS orders,
                           o.qualifying_points - o.returned_qualifying_points AS qualifying
                    FROM loyalty_order o
                    WHERE o.member_id = who AND o.business_date >= account.window_from_on
                    UNION ALL
                    SELECT b.business_date, 0, 0, b.qualifying_points
                    FROM (SELECT who AS id UNION ALL
                          SELECT m.id FROM members_member m WHERE m.merged_into_id = who) own
                    JOIN loyalty_behavioraward b ON b.member_id = own.id
                        AND b.business_date >= account.window_from_on
                    WHERE account.window_qualifying_points > 0 AND b.qualifying_points <> 0
                ) d
                GROUP BY d.day
            ) x;
            SELECT v.value INTO clv FROM members_measure v
            WHERE v.member_id = who AND v.code = 'clv';
        END IF;
    END IF;

    -- The lock that this very cart has, if any.
    IF request ? 'former' THEN
        SELECT k.id, k.external_id INTO own_lock, own_number
        FROM campaigns_quotelock k
        WHERE k.state = 'OPEN' AND k.expires_at > at AND k.source = request->>'source'
          AND k.promise->>'id' = request->>'former';
    END IF;

    -- Held ones that can be used, those that this cart's own lock keeps, and entered ones whatever
    -- became of them, in this order: later rows of one coupon say more.
    IF who IS NOT NULL AND (request->>'reads_held')::boolean THEN
        SELECT jsonb_agg(campaigns_quote_coupon(c, false, false)) INTO coupons
        FROM (
            SELECT * FROM loyalty_coupon c
            WHERE c.member_id = who AND c.state IN ('CLAIMED', 'LOCKED')
              AND (c.expires_at IS NULL OR c.expires_at > at)
            ORDER BY c.expires_at, c.id
            LIMIT (request->>'most_held')::int
        ) c;
    END IF;
    IF own_lock IS NOT NULL THEN
        SELECT coalesce(coupons, '[]')
            || coalesce(jsonb_agg(campaigns_quote_coupon(c, true, false)), '[]')
        INTO coupons
        FROM loyalty_coupon c
        WHERE c.state = 'LOCKED' AND c.locked_until > at
          AND c.locked_source = request->>'source' AND c.locked_for = own_number;
    END IF;
    IF request ? 'codes' THEN
        -- What nobody holds yet counts for who uses it: their uses of its type are asked too.
        SELECT coalesce(coupons, '[]') || coalesce(jsonb_agg(campaigns_quote_coupon(
                   c, coalesce(c.state = 'LOCKED' AND c.locked_until > at
                       AND c.locked_source = request->>'source' AND c.locked_for = own_number,
                       false), true)), '[]'),
               array_agg('coupon:' || c.type_id) FILTER (WHERE c.member_id IS NULL)
        INTO coupons, bearer_keys
        FROM loyalty_coupon c
        WHERE c.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'codes')));
    END IF;

    IF whose <> '' AND (request ? 'use_keys' OR bearer_keys IS NOT NULL) THEN
        SELECT jsonb_object_agg(u.key, u.used) INTO uses
        FROM loyalty_pooluse u
        WHERE u.holder = whose
          AND u.key = ANY(
              ARRAY(SELECT jsonb_array_elements_text(request->'use_keys')) || bearer_keys
              || ARRAY(SELECT k || ':' || (request->>'day') FROM unnest(bearer_keys) k));
    END IF;
    IF request ? 'pool_keys' THEN
        SELECT jsonb_object_agg(p.key, p.left) INTO pools
        FROM (SELECT p.key, sum(p."left") AS left FROM loyalty_pool p
              WHERE p.key = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'pool_keys')))
              GROUP BY p.key) p;
    END IF;
    -- What locks over their time still keep is free, though nobody has ended them yet.
    IF (pools IS NOT NULL OR uses IS NOT NULL) AND EXISTS (
        SELECT FROM campaigns_quotelock k WHERE k.state = 'OPEN' AND k.expires_at <= at)
    THEN
        pools := pools || coalesce((
            SELECT jsonb_object_agg(o.key, (pools->>o.key)::bigint + o.kept)
            FROM campaigns_kept_over_time(at) o WHERE o.holder = '' AND pools ? o.key), '{}');
        uses := uses || coalesce((
            SELECT jsonb_object_agg(o.key, (uses->>o.key)::bigint - o.kept)
            FROM campaigns_kept_over_time(at) o WHERE o.holder = whose AND uses ? o.key), '{}');
    END IF;
    -- What this cart's own lock reserved is not taken by somebody else.
    IF own_lock IS NOT NULL THEN
        SELECT jsonb_object_agg(u.code, u.amount) INTO reserved
        FROM campaigns_offeruse u WHERE u.lock_id = own_lock AND u.state = 'RESERVED';
    END IF;

    SELECT jsonb_object_agg(p.sku, jsonb_build_array(p.category, p.brand, p.cost_amount))
    INTO products
    FROM loyalty_product p
    WHERE p.sku = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'skus')));

    IF request ? 'stores' THEN
        SELECT jsonb_object_agg(s.code, jsonb_build_array(s.id, s.time_zone, s.city)) INTO places
        FROM members_store s
        WHERE s.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'stores')));
        places := jsonb_build_array(places, (
            SELECT jsonb_object_agg(c.code, c.id) FROM members_channel c
            WHERE c.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'channels')))));
    END IF;

    -- For the forecast of points: what capped rules gave before, what their budgets have left.
    IF request ? 'rule_codes' AND who IS NOT NULL THEN
        SELECT jsonb_agg(jsonb_build_array(u.member_id, u.code, u.day, u.points)) INTO rule_uses
        FROM (
            SELECT r.member_id, r.code,
                   CASE WHEN r.business_date >= (request->>'since')::date
                        THEN r.business_date END AS day,
                   sum(r.points - r.returned_points) AS points
            FROM loyalty_ruleuse r
            WHERE r.member_id = who
              AND r.code = ANY(ARRAY(SELECT jsonb_array_elements_text(request->'rule_codes')))
            GROUP BY 1, 2, 3
        ) u;
    END IF;
    IF request ? 'rule_budgets' THEN
        -- Nobody has used one without rows: what is left is the rule's own figure.
        SELECT jsonb_object_agg(r.id, coalesce(
            (SELECT sum(b.left_points) FROM loyalty_rulebudget b WHERE b.rule_id = r.id),
            r.budget_points)) INTO rule_budgets
        FROM loyalty_earningrule r
        WHERE r.id = ANY(ARRAY(
            SELECT x::bigint FROM jsonb_array_elements_text(request->'rule_budgets') x));
    END IF;

    RETURN jsonb_build_array(
        (SELECT jsonb_build_array(p.id, p.version) FROM loyalty_program p WHERE p.is_current),
        places->0, places->1,
        CASE WHEN who IS NOT NULL THEN
            jsonb_build_array(who, who_uid, birthday->0, birthday->1, coalesce(tags, '[]')) END,
        CASE WHEN account.member_id IS NOT NULL THEN jsonb_build_array(
            account.member_id, account.version, account.pending_points, account.active_points,
            account.held_points, account.debt_points, account.earned_points,
            account.redeemed_points, account.expired_points, account.next_change_at,
            account.tier_id, account.tier_since_at, account.tier_until_at, account.window_from_on,
            account.window_spend_amount, account.window_orders_count, account.orders_count,
            account.last_order_at, account.window_qualifying_points, account.tier_floor_id,
            account.tier_floor_until_at, account.tier_grace_until_at, account.joined_on,
            account.tier_earned_id, account.tier_earned_until_at) END,
        lots, holds, aging, clv, coalesce(coupons, '[]'), coalesce(uses, '{}'),
        coalesce(pools, '{}'), coalesce(reserved, '{}'), coalesce(products, '{}'), rule_uses,
        coalesce(rule_budgets, '{}')
    )::text;
END
$$;

-- ---------------------------------------------------------------------------------------------
-- Settling. Functions are added below.

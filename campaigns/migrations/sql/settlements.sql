-- Offers of quotes: reserved by locks, taken with orders, given back by refunds.
--
-- Everybody who counts them goes the same way, so that no two wait for each other: the account,
-- coupons, locks of quotes (by id), limits of persons (by holder, offer and day), pools (by offer,
-- amount before count, shard). Whoever ends others' locks that are over takes their rows only where nobody has them.

-- Limits and pools of uses that end, and of those that are wanted, as rows that are locked from
-- here on. `wants`: [[holder, code, day or null]].
CREATE OR REPLACE FUNCTION campaigns_lock_counts(ending bigint[], wants jsonb, locks_pools boolean)
RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
    INSERT INTO loyalty_pooluse (key, holder, used)
    SELECT x.key, x.holder, 0
    FROM (
        SELECT w->>0 AS holder, w->>1 AS code, k.rank, k.key
        FROM jsonb_array_elements(wants) w,
             LATERAL (VALUES (1, 'offer:' || (w->>1)),
                             (2, 'offer:' || (w->>1) || ':' || (w->>2))) k(rank, key)
        UNION
        SELECT u.holder, u.code, k.rank, k.key
        FROM campaigns_offeruse u
        JOIN campaigns_offer o ON o.id = u.offer_id,
             LATERAL (VALUES (1, 'offer:' || u.code),
                             (2, CASE WHEN o.limit_member_day IS NOT NULL
                                      THEN campaigns_day_key(u.code, u.used_on) END)) k(rank, key)
        WHERE u.lock_id = ANY(ending) AND u.state = 'RESERVED'
    ) x
    WHERE x.holder <> '' AND x.key IS NOT NULL
    ORDER BY x.holder, x.code, x.rank, x.key
    ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used;

    IF locks_pools OR cardinality(ending) > 0 THEN
        PERFORM FROM (
            SELECT w->>1 AS code FROM jsonb_array_elements(wants) w
            UNION
            SELECT u.code FROM campaigns_offeruse u
            WHERE u.lock_id = ANY(ending) AND u.state = 'RESERVED'
        ) c
        CROSS JOIN (VALUES (':amount'), (':count')) k(kind)
        JOIN loyalty_pool p ON p.key = 'offer:' || c.code || k.kind
        ORDER BY c.code, k.kind, p.shard FOR NO KEY UPDATE OF p;
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION campaigns_day_key(code text, used_on date) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT 'offer:' || code || ':' || to_char(used_on, 'YYYY-MM-DD')
$$;

-- Gives back to an offer's budget and count what uses, written as ended already, took. Where
-- nothing is left the total may have been lowered below what was used: then only what is really
-- free again. A pool with something left was not.
CREATE OR REPLACE FUNCTION campaigns_pool_give(of_code text, amount bigint, uses bigint, own int)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    one record;
    total bigint;
    free bigint;
BEGIN
    FOR one IN
        SELECT x.key, x.given, x.is_amount
        FROM (VALUES ('offer:' || of_code || ':amount', amount, true),
                     ('offer:' || of_code || ':count', uses, false)) x(key, given, is_amount)
        WHERE x.given > 0 ORDER BY x.key
    LOOP
        IF EXISTS (SELECT FROM loyalty_pool p WHERE p.key = one.key AND p."left" > 0) THEN
            PERFORM loyalty_pool_give(one.key, one.given, own);
            CONTINUE;
        END IF;
        free := loyalty_pool_lock(one.key);
        CONTINUE WHEN free IS NULL;
        IF free = 0 THEN
            SELECT CASE WHEN one.is_amount THEN o.budget_amount ELSE o.limit_count END INTO total
            FROM campaigns_offer o
            WHERE o.code = of_code AND o.state <> 'DRAFT' ORDER BY o.version DESC LIMIT 1;
            SELECT total - coalesce(sum(CASE WHEN one.is_amount THEN u.amount - u.returned_amount
                                             ELSE 1 END), 0) INTO free
            FROM campaigns_offeruse u
            WHERE u.code = of_code AND u.state IN ('RESERVED', 'COMMITTED');
            one.given := greatest(0, least(one.given, coalesce(free, one.given)));
        END IF;
        PERFORM loyalty_pool_give(one.key, one.given, own);
    END LOOP;
END
$$;

-- Ends locks, whose rows the caller has: what they reserved is free again, once.
CREATE OR REPLACE FUNCTION campaigns_end_locks(ending bigint[], ended_at timestamptz)
RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    one record;
BEGIN
    IF coalesce(cardinality(ending), 0) = 0 THEN
        RETURN;
    END IF;
    FOR one IN
        WITH ended AS (
            UPDATE campaigns_offeruse u SET state = 'RELEASED'
            FROM campaigns_offer o
            WHERE u.lock_id = ANY(ending) AND u.state = 'RESERVED' AND o.id = u.offer_id
            RETURNING u.code, u.holder, u.used_on, u.amount, u.lock_id,
                      o.limit_member_day IS NOT NULL AS counts_days
        )
        SELECT e.*, sum(e.amount) OVER codes AS amounts, count(*) OVER codes AS uses,
               row_number() OVER codes AS number
        FROM ended e
        WINDOW codes AS (PARTITION BY e.code)
        ORDER BY e.code, number
    LOOP
        PERFORM loyalty_use_give('offer:' || one.code, one.holder);
        IF one.counts_days THEN
            PERFORM loyalty_use_give(campaigns_day_key(one.code, one.used_on), one.holder);
        END IF;
        -- Once for all of a code: what is left of it is counted anew where nothing was.
        IF one.number = 1 THEN
            PERFORM campaigns_pool_give(one.code, one.amounts::bigint, one.uses,
                                        (one.lock_id % 16)::int);
        END IF;
    END LOOP;
    UPDATE campaigns_quotelock l
    SET state = CASE WHEN l.expires_at <= ended_at THEN 'EXPIRED' ELSE 'RELEASED' END,
        resolved_at = least(ended_at, l.expires_at)
    WHERE l.id = ANY(ending) AND l.state = 'OPEN';
END
$$;

-- Locks that are over and still keep one of these offers; nobody else is ending them.
CREATE OR REPLACE FUNCTION campaigns_locks_over(codes text[], at timestamptz) RETURNS bigint[]
LANGUAGE sql AS $$
    SELECT coalesce(array_agg(x.id), '{}')
    FROM (
        SELECT l.id FROM campaigns_quotelock l
        WHERE l.state = 'OPEN' AND l.expires_at <= at
          AND EXISTS (SELECT FROM campaigns_offeruse u
                      WHERE u.lock_id = l.id AND u.code = ANY(codes))
        ORDER BY l.id FOR UPDATE SKIP LOCKED
    ) x
$$;

-- What locks over their time still keep of pools (holder "") and of persons' limits: for reads.
CREATE OR REPLACE FUNCTION campaigns_kept_over_time(at timestamptz)
RETURNS TABLE (key text, holder text, kept bigint)
LANGUAGE sql STABLE AS $$
    SELECT k.key, k.holder, sum(k.kept)::bigint
    FROM campaigns_quotelock l
    JOIN campaigns_offeruse u ON u.lock_id = l.id AND u.state = 'RESERVED'
    CROSS JOIN LATERAL (VALUES
        ('offer:' || u.code || ':amount', '', u.amount),
        ('offer:' || u.code || ':count', '', 1),
        ('offer:' || u.code, u.holder, 1),
        (campaigns_day_key(u.code, u.used_on), u.holder, 1)) k(key, holder, kept)
    WHERE l.state = 'OPEN' AND l.expires_at <= at
    GROUP BY k.key, k.holder
$$;

-- Takes limits and budgets of one order's offers, each whole or not at all. `offers`:
-- [{"id", "code", "amount"}] by code. The holder's rows are locked. Gives by code why it is not
-- covered: `limit`, `budget`; those that are covered are not in it.
CREATE OR REPLACE FUNCTION campaigns_take(offers jsonb, holder text, used_on date, own int)
RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    one record;
    day_key text;
    refused jsonb := '{}';
BEGIN
    FOR one IN
        SELECT x.code, x.amount, 'offer:' || x.code AS key, o.limit_member, o.limit_member_day
        FROM jsonb_to_recordset(offers) AS x(id bigint, code text, amount bigint)
        LEFT JOIN campaigns_offer o ON o.id = x.id
        ORDER BY x.code
    LOOP
        day_key := NULL;
        IF holder <> '' THEN
            IF NOT loyalty_use_take(one.key, holder, one.limit_member) THEN
                refused := refused || jsonb_build_object(one.code, 'limit');
                CONTINUE;
            END IF;
            IF one.limit_member_day IS NOT NULL THEN
                day_key := campaigns_day_key(one.code, used_on);
                IF NOT loyalty_use_take(day_key, holder, one.limit_member_day) THEN
                    PERFORM loyalty_use_give(one.key, holder);
                    refused := refused || jsonb_build_object(one.code, 'limit');
                    CONTINUE;
                END IF;
            END IF;
        END IF;
        IF loyalty_pool_take(one.key || ':amount', one.amount, own) THEN
            CONTINUE WHEN loyalty_pool_take(one.key || ':count', 1, own);
            PERFORM loyalty_pool_give(one.key || ':amount', one.amount, own);
            refused := refused || jsonb_build_object(one.code, 'limit');
        ELSE
            refused := refused || jsonb_build_object(one.code, 'budget');
        END IF;
        IF holder <> '' THEN
            PERFORM loyalty_use_give(one.key, holder);
            IF day_key IS NOT NULL THEN
                PERFORM loyalty_use_give(day_key, holder);
            END IF;
        END IF;
    END LOOP;
    RETURN refused;
END
$$;

-- What the offers of one order, or of one lock, want to count: [[holder, code, day or null]].
CREATE OR REPLACE FUNCTION campaigns_wants(offers jsonb, holder text, used_on date) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_array(
        holder, x.code,
        CASE WHEN o.limit_member_day IS NOT NULL THEN to_char(used_on, 'YYYY-MM-DD') END)), '[]')
    FROM jsonb_to_recordset(offers) AS x(id bigint, code text)
    LEFT JOIN campaigns_offer o ON o.id = x.id
$$;

-- Makes a lock and reserves its offers; one of the same number that is over makes room. Gives
-- [id, {code: why not covered}]; where something isn't, the caller undoes all of it. {"at",
-- "uid", "source", "external_id", "fingerprint", "promise", "expires_at", "member_id", "holder",
-- "day", "offers": [{"id", "code", "amount", "lines"}]}
CREATE OR REPLACE FUNCTION campaigns_reserve(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    offers jsonb := request->'offers';
    at timestamptz := (request->>'at')::timestamptz;
    day date := (request->>'day')::date;
    made bigint;
    ending bigint[];
    refused jsonb;
BEGIN
    SELECT coalesce(array_agg(x.id), '{}') INTO ending
    FROM (
        SELECT l.id FROM campaigns_quotelock l
        WHERE l.source = request->>'source' AND l.external_id = request->>'external_id'
          AND l.state = 'OPEN' AND l.expires_at <= at
        FOR UPDATE
    ) x;
    ending := ending || campaigns_locks_over(
        ARRAY(SELECT x.code FROM jsonb_to_recordset(offers) AS x(code text)), at);
    PERFORM campaigns_lock_counts(
        ending, campaigns_wants(offers, request->>'holder', day), false);
    PERFORM campaigns_end_locks(ending, at);
    INSERT INTO campaigns_quotelock (
        uid, source, external_id, fingerprint, member_id, state, promise, created_at, expires_at)
    VALUES (
        (request->>'uid')::uuid, request->>'source', request->>'external_id',
        decode(request->>'fingerprint', 'hex'), (request->>'member_id')::bigint, 'OPEN',
        request->'promise', at, (request->>'expires_at')::timestamptz)
    RETURNING id INTO made;
    refused := campaigns_take(offers, request->>'holder', day, (made % 16)::int);
    INSERT INTO campaigns_offeruse (
        offer_id, code, state, lock_id, member_id, holder, used_on, amount, returned_amount,
        line_amounts, coupon_ids, refused_code, recorded_at)
    SELECT x.id, x.code, 'RESERVED', made, (request->>'member_id')::bigint, request->>'holder',
           day, x.amount, 0, coalesce(x.lines, '{}'), '[]', '', at
    FROM jsonb_to_recordset(offers) AS x(id bigint, code text, amount bigint, lines jsonb)
    WHERE NOT refused ? x.code
    ORDER BY x.code;
    RETURN jsonb_build_array(made, refused);
END
$$;

-- Settles the quotes of orders, in the order given. {"at", "sales": [{"order_id", "source",
-- "external_id", "member_id", "holder", "day", "method", "promise", "offers": [{"id", "code",
-- "amount", "lines"}]}]}. An order whose number has an open lock of the same quote commits it;
-- any other takes now what there is. What is not covered is written down as REFUSED: the order
-- is a fact. Gives [[order, lock or null, {code: why not covered}]]; an order that is known
-- already gives what was settled, and changes nothing.
CREATE OR REPLACE FUNCTION campaigns_settle(request jsonb) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    at timestamptz := (request->>'at')::timestamptz;
    known jsonb := '[]';
    sales jsonb;
    own jsonb;
    ending bigint[];
    wants jsonb;
    sale record;
    refused jsonb;
    answers jsonb := '[]';
BEGIN
    SELECT coalesce(jsonb_agg(jsonb_build_array(q.order_id, q.lock_id, coalesce((
               SELECT jsonb_object_agg(u.code, u.refused_code) FROM campaigns_offeruse u
               WHERE u.order_id = q.order_id AND u.state = 'REFUSED'), '{}'))), '[]')
    INTO known
    FROM campaigns_orderquote q
    WHERE q.order_id IN (SELECT (s->>'order_id')::bigint
                         FROM jsonb_array_elements(request->'sales') s);

    -- Open locks of these numbers: those of the same quote are committed, unless they are over.
    WITH locked AS (
        SELECT l.id, l.source, l.external_id, l.expires_at, l.promise->>'id' AS quote
        FROM campaigns_quotelock l
        WHERE l.state = 'OPEN' AND (l.source, l.external_id) IN (
            SELECT s->>'source', s->>'external_id'
            FROM jsonb_array_elements(request->'sales') s)
        ORDER BY l.id FOR UPDATE
    )
    SELECT jsonb_agg(s.value || jsonb_build_object(
               'lock_id', CASE WHEN l.quote = s.value->'promise'->>'id' AND l.expires_at > at
                               THEN l.id END,
               'other_lock', l.id) ORDER BY s.number)
    INTO sales
    FROM jsonb_array_elements(request->'sales') WITH ORDINALITY s(value, number)
    LEFT JOIN locked l ON l.source = s.value->>'source'
        AND l.external_id = s.value->>'external_id'
    WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(known) k
                      WHERE k->0 = s.value->'order_id');
    IF sales IS NULL THEN
        RETURN known;
    END IF;

    SELECT array_agg((s->>'other_lock')::bigint)
    INTO ending
    FROM jsonb_array_elements(sales) s
    WHERE s->>'other_lock' IS NOT NULL AND s->>'lock_id' IS NULL;
    ending := coalesce(ending, '{}') || campaigns_locks_over(
        ARRAY(SELECT o->>'code' FROM jsonb_array_elements(sales) s,
                                     jsonb_array_elements(s->'offers') o
              WHERE s->>'lock_id' IS NULL), at);
    SELECT coalesce(jsonb_agg(w), '[]') INTO wants
    FROM jsonb_array_elements(sales) s,
         jsonb_array_elements(
             campaigns_wants(s->'offers', s->>'holder', (s->>'day')::date)) w
    WHERE s->>'lock_id' IS NULL;
    PERFORM campaigns_lock_counts(ending, wants, jsonb_array_length(sales) > 1);
    PERFORM campaigns_end_locks(ending, at);

    FOR sale IN
        SELECT x.* FROM jsonb_to_recordset(sales) AS x(
            order_id bigint, lock_id bigint, member_id bigint, holder text, day date,
            method text, promise jsonb, offers jsonb)
    LOOP
        refused := '{}';
        IF sale.lock_id IS NOT NULL THEN
            UPDATE campaigns_offeruse u SET state = 'COMMITTED', order_id = sale.order_id
            WHERE u.lock_id = sale.lock_id AND u.state = 'RESERVED';
            UPDATE campaigns_quotelock l
            SET state = 'COMMITTED', resolved_at = at, order_id = sale.order_id
            WHERE l.id = sale.lock_id;
        ELSE
            refused := campaigns_take(
                sale.offers, sale.holder, sale.day, (sale.order_id % 16)::int);
            INSERT INTO campaigns_offeruse (
                offer_id, code, state, order_id, member_id, holder, used_on, amount,
                returned_amount, line_amounts, coupon_ids, refused_code, recorded_at)
            SELECT x.id, x.code, CASE WHEN refused ? x.code THEN 'REFUSED' ELSE 'COMMITTED' END,
                   sale.order_id, sale.member_id, sale.holder, sale.day, x.amount, 0,
                   coalesce(x.lines, '{}'), '[]', coalesce(refused->>x.code, ''), at
            FROM jsonb_to_recordset(sale.offers)
                AS x(id bigint, code text, amount bigint, lines jsonb)
            ORDER BY x.code;
        END IF;
        INSERT INTO campaigns_orderquote (
            order_id, member_id, promise, refund_method, lock_id, recorded_at)
        VALUES (sale.order_id, sale.member_id, sale.promise, sale.method, sale.lock_id, at);
        answers := answers || jsonb_build_array(
            jsonb_build_array(sale.order_id, sale.lock_id, refused));
    END LOOP;
    RETURN known || answers;
END
$$;

-- Gives back of an order's offers, cumulatively: {"uses": [{"id", "returned_amount",
-- "is_whole"}]}. A repeat finds it done. The order's account is locked.
CREATE OR REPLACE FUNCTION campaigns_give_back(request jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    one record;
BEGIN
    -- Only what a use took can come back: those without cover took nothing.
    FOR one IN
        SELECT u.code, u.holder, u.used_on, x.is_whole,
               o.limit_member_day IS NOT NULL AS counts_days
        FROM jsonb_to_recordset(request->'uses')
            AS x(id bigint, returned_amount bigint, is_whole boolean)
        JOIN campaigns_offeruse u ON u.id = x.id AND u.state = 'COMMITTED'
        LEFT JOIN campaigns_offer o ON o.id = u.offer_id
        ORDER BY u.holder, u.code
        FOR NO KEY UPDATE OF u
    LOOP
        IF one.is_whole THEN
            PERFORM loyalty_use_give('offer:' || one.code, one.holder);
            IF one.counts_days THEN
                PERFORM loyalty_use_give(campaigns_day_key(one.code, one.used_on), one.holder);
            END IF;
        END IF;
    END LOOP;
    FOR one IN
        WITH changed AS (
            UPDATE campaigns_offeruse u
            SET returned_amount = greatest(u.returned_amount, least(x.returned_amount, u.amount)),
                state = CASE WHEN x.is_whole THEN 'RETURNED' ELSE u.state END
            FROM jsonb_to_recordset(request->'uses')
                AS x(id bigint, returned_amount bigint, is_whole boolean),
                 campaigns_offeruse before
            WHERE u.id = x.id AND before.id = u.id AND u.state = 'COMMITTED'
            RETURNING u.code, u.order_id, x.is_whole,
                      u.returned_amount - before.returned_amount AS amount
        )
        SELECT * FROM changed c ORDER BY c.code
    LOOP
        PERFORM campaigns_pool_give(one.code, one.amount, one.is_whole::int,
                                    (one.order_id % 16)::int);
    END LOOP;
END
$$;

-- Ends locks by hand or by time: of those that are open still (and, with `due_only`, over). Gives
-- which it ended.
CREATE OR REPLACE FUNCTION campaigns_release(lock_ids bigint[], at timestamptz, due_only boolean)
RETURNS bigint[]
LANGUAGE plpgsql
AS $$
DECLARE
    ending bigint[];
BEGIN
    SELECT coalesce(array_agg(x.id), '{}') INTO ending
    FROM (
        SELECT l.id FROM campaigns_quotelock l
        WHERE l.id = ANY(lock_ids) AND l.state = 'OPEN' AND (NOT due_only OR l.expires_at <= at)
        ORDER BY l.id FOR UPDATE
    ) x;
    PERFORM campaigns_lock_counts(ending, '[]', false);
    PERFORM campaigns_end_locks(ending, at);
    RETURN ending;
END
$$;

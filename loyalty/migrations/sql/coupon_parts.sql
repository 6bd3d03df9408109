-- What the functions of coupons have in common: cost, life, limits, pools, steps, events.
--
-- Locks are taken in this order: members by id, coupons by id, types by id (FOR KEY SHARE: who
-- changes stock or budget waits for those at work), uses by holder and key, pools by key.

-- What a coupon of a type may cost at most, in minor units; 0 where nobody knows.
CREATE OR REPLACE FUNCTION loyalty_coupon_cost(t loyalty_coupontype) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE t.kind WHEN 'MONEY_OFF' THEN t.amount
                       WHEN 'PERCENT_OFF' THEN coalesce(t.cap_amount, 0) ELSE 0 END
$$;

-- As loyalty.rules.coupons.life: a code that nobody claimed lives as long as it may be claimed.
CREATE OR REPLACE FUNCTION loyalty_coupon_life(
    t loyalty_coupontype, claimed timestamptz, zone text,
    OUT begins timestamptz, OUT ends timestamptz
)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    day date := (claimed AT TIME ZONE zone)::date;
BEGIN
    IF t.validity = 'FIXED' THEN
        begins := t.valid_from;
        ends := t.valid_until;
    ELSIF claimed IS NULL THEN
        begins := t.claim_from;
        ends := t.claim_until;
    ELSE
        begins := CASE WHEN t.starts_at_once THEN claimed
                       ELSE (day + 1)::timestamp AT TIME ZONE zone END;
        ends := (day + 1 + t.valid_days)::timestamp AT TIME ZONE zone;
    END IF;
END
$$;

-- One more of a type for a person; NULL, or why not. Without a limit it is counted all the same.
CREATE OR REPLACE FUNCTION loyalty_coupon_count(
    type_id bigint, who text, day date, most bigint, most_day bigint
) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
    IF who = '' THEN
        RETURN NULL;
    END IF;
    IF NOT loyalty_use_take('coupon:' || type_id, who, most) THEN
        RETURN 'coupon_limit';
    END IF;
    IF NOT loyalty_use_take('coupon:' || type_id || ':' || day, who, most_day) THEN
        PERFORM loyalty_use_give('coupon:' || type_id, who);
        RETURN 'coupon_day_limit';
    END IF;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION loyalty_coupon_uncount(type_id bigint, who text, day date)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF who <> '' THEN
        PERFORM loyalty_use_give('coupon:' || type_id, who);
        PERFORM loyalty_use_give('coupon:' || type_id || ':' || day, who);
    END IF;
END
$$;

-- Budget and stock for one coupon, both or none; NULL, or why not.
CREATE OR REPLACE FUNCTION loyalty_coupon_pools_take(type_id bigint, cost bigint, own int)
RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    BEGIN
        IF NOT loyalty_pool_take('coupon:' || type_id || ':amount', cost, own) THEN
            why := 'coupon_budget';
        ELSIF NOT loyalty_pool_take('coupon:' || type_id || ':count', 1, own) THEN
            why := 'coupon_stock';
        END IF;
        IF why IS NOT NULL THEN
            -- Undone with its locks.
            RAISE EXCEPTION USING ERRCODE = 'RC001';
        END IF;
    EXCEPTION WHEN SQLSTATE 'RC001' THEN
        RETURN why;
    END;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION loyalty_coupon_pools_lock(type_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM loyalty_pool_lock('coupon:' || type_id || ':amount');
    PERFORM loyalty_pool_lock('coupon:' || type_id || ':count');
END
$$;
CREATE OR REPLACE FUNCTION loyalty_coupon_pools_give(type_id bigint, cost bigint, n int, own int)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM loyalty_pool_give('coupon:' || type_id || ':amount', cost, own);
    PERFORM loyalty_pool_give('coupon:' || type_id || ':count', n, own);
END
$$;

-- A step of a coupon, and the event that tells it. `tells`: by name of the fact the event's type
-- and its subscribers; a step that nobody needs to hear of names none.
CREATE OR REPLACE FUNCTION loyalty_coupon_step(
    c loyalty_coupon, from_state text, why text, of_order bigint, actor bigint,
    occurred timestamptz, at timestamptz, tells jsonb, what text, payload jsonb
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    event_id bigint;
BEGIN
    INSERT INTO loyalty_couponmove
        (coupon_id, member_id, from_state, to_state, reason, order_id, actor_id,
         occurred_at, recorded_at)
    VALUES (c.id, c.member_id, from_state, c.state, why, of_order, actor, occurred, at);
    IF what IS NULL THEN
        RETURN;
    END IF;
    INSERT INTO members_event
        (uid, type, member_id, occurred_at, recorded_at, payload, actor_id, source)
    SELECT uuidv7(), tells->what->>0, c.member_id, occurred, at,
           jsonb_build_object('coupon', c.uid, 'coupon_type', t.code) || payload, actor, ''
    FROM loyalty_coupontype t WHERE t.id = c.type_id
    RETURNING id INTO event_id;
    INSERT INTO members_dispatch (event_id, subscriber, state, attempts, next_at, last_error)
    SELECT event_id, s.subscriber, 'PENDING', 0, at, ''
    FROM jsonb_array_elements_text(tells->what->1) s(subscriber);
END
$$;

-- An instant as events tell it; '' for never.
CREATE OR REPLACE FUNCTION loyalty_coupon_instant(at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT coalesce(to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')
$$;

-- A refusal as Python reads it.
CREATE OR REPLACE FUNCTION loyalty_coupon_no(asked text, why text, details jsonb)
RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('what', 'coupon', 'coupon', asked, 'code', why)
        || coalesce(details, '{}')
$$;

-- A code of a batch that was called back counts no more, also before a job has come to it.
CREATE OR REPLACE FUNCTION loyalty_coupon_batch_void(c loyalty_coupon, at timestamptz)
RETURNS boolean
LANGUAGE sql STABLE AS $$
    SELECT c.batch_id IS NOT NULL AND EXISTS (
        SELECT FROM loyalty_couponbatch b WHERE b.id = c.batch_id AND b.voided_at IS NOT NULL)
$$;

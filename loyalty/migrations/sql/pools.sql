-- Pools: stock (pieces) and budgets (minor units) of coupon types and offers, and how often one
-- person used what is limited per person.
--
-- Whoever takes from several takes limits per person first (by holder and key), then pools by
-- key: two of them never wait for each other. The one exception, the try of the own shard, is
-- undone with its lock when the shard has too little, as with budgets of earning rules.

-- Takes `wanted` out of a pool, all or nothing. A pool without rows has no end.
CREATE OR REPLACE FUNCTION loyalty_pool_take(pool text, wanted bigint, own int) RETURNS boolean
LANGUAGE plpgsql
AS $$
DECLARE
    one record;
    rest bigint := wanted;
    part bigint;
    found_left bigint;
BEGIN
    IF wanted <= 0 THEN
        RETURN true;
    END IF;
    BEGIN
        UPDATE loyalty_pool p SET "left" = p."left" - wanted
        WHERE p.key = pool AND p.shard = own % 16 AND p."left" >= wanted;
        IF NOT FOUND THEN
            RAISE no_data_found;
        END IF;
        RETURN true;
    EXCEPTION WHEN no_data_found THEN
        NULL;
    END;

    -- Not enough in the own shard: all of them, behind their locks.
    PERFORM FROM loyalty_pool p WHERE p.key = pool ORDER BY p.shard FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN true;
    END IF;
    SELECT sum(p."left") INTO found_left FROM loyalty_pool p WHERE p.key = pool;
    IF found_left < wanted THEN
        RETURN false;
    END IF;
    FOR one IN
        SELECT p.id, p."left" FROM loyalty_pool p
        WHERE p.key = pool AND p."left" > 0 ORDER BY p.shard
    LOOP
        part := least(rest, one."left");
        UPDATE loyalty_pool p SET "left" = p."left" - part WHERE p.id = one.id;
        rest := rest - part;
        EXIT WHEN rest = 0;
    END LOOP;
    RETURN true;
END
$$;

-- Gives back; a pool without an end takes nothing.
CREATE OR REPLACE FUNCTION loyalty_pool_give(pool text, given bigint, own int) RETURNS void
LANGUAGE sql AS $$
    UPDATE loyalty_pool p SET "left" = p."left" + given
    WHERE p.key = pool AND p.shard = own % 16 AND given > 0
$$;

-- Sets what is left of a pool to `total`, or takes its end away (null). Callers know what has been
-- used: they lock the pool first (`loyalty_pool_lock`).
CREATE OR REPLACE FUNCTION loyalty_pool_lock(pool text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    found_left bigint;
BEGIN
    PERFORM FROM loyalty_pool p WHERE p.key = pool ORDER BY p.shard FOR NO KEY UPDATE;
    SELECT sum(p."left") INTO found_left FROM loyalty_pool p WHERE p.key = pool;
    RETURN found_left;
END
$$;
CREATE OR REPLACE FUNCTION loyalty_pool_fill(pool text, total bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF total IS NULL THEN
        DELETE FROM loyalty_pool p WHERE p.key = pool;
        RETURN;
    END IF;
    INSERT INTO loyalty_pool (key, shard, "left")
    SELECT pool, s, total / 16 + (s < total % 16)::int FROM generate_series(0, 15) s
    ORDER BY s
    ON CONFLICT (key, shard) DO UPDATE SET "left" = excluded."left";
END
$$;

-- One more use by a person, unless that would be more than `most` (null: no limit, still counted).
CREATE OR REPLACE FUNCTION loyalty_use_take(used_key text, who text, most bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
    IF most IS NOT NULL AND most <= 0 THEN
        RETURN false;
    END IF;
    INSERT INTO loyalty_pooluse (key, holder, used) VALUES (used_key, who, 1)
    ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used + 1
        WHERE most IS NULL OR loyalty_pooluse.used < most;
    RETURN FOUND;
END
$$;
-- Gives a use back. What a guest used is the member's once their phone has become one.
CREATE OR REPLACE FUNCTION loyalty_use_give(used_key text, who text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loyalty_pooluse u SET used = u.used - 1
    WHERE u.key = used_key AND u.holder = who AND u.used > 0;
    IF FOUND OR who NOT LIKE 'guest:%' THEN
        RETURN;
    END IF;
    UPDATE loyalty_pooluse u SET used = u.used - 1
    FROM members_identity i
    JOIN members_member m ON m.id = i.member_id
    WHERE i.kind = 'PHONE' AND i.digest = decode(substr(who, 7), 'hex')
      AND u.key = used_key AND u.used > 0
      AND u.holder = 'member:' || coalesce(m.merged_into_id, m.id);
END
$$;

-- What the phones of these members used before they were members counts against their limits.
CREATE OR REPLACE FUNCTION loyalty_guests_join(joined bigint[]) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT 'guest:' || encode(i.digest, 'hex') AS guest, i.member_id
        FROM members_identity i WHERE i.member_id = ANY(joined) AND i.kind = 'PHONE'
        ORDER BY i.member_id, i.id
    LOOP
        WITH gone AS (
            DELETE FROM loyalty_pooluse u WHERE u.holder = one.guest RETURNING u.key, u.used
        )
        INSERT INTO loyalty_pooluse (key, holder, used)
        SELECT g.key, 'member:' || one.member_id, g.used FROM gone g ORDER BY g.key
        ON CONFLICT (holder, key) DO UPDATE SET used = loyalty_pooluse.used + excluded.used;
    END LOOP;
END
$$;

-- A coupon type is part of what a cart costs: compiled programmes learn that it changed.
CREATE OR REPLACE FUNCTION loyalty_bump_current() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loyalty_program SET version = version + 1 WHERE is_current;
    RETURN NULL;
END
$$;
DROP TRIGGER IF EXISTS bump_version ON loyalty_coupontype;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON loyalty_coupontype
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();
DROP TRIGGER IF EXISTS bump_version ON loyalty_coupontype_stores;
CREATE TRIGGER bump_version AFTER INSERT OR UPDATE OR DELETE ON loyalty_coupontype_stores
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_current();

-- Steps of coupons are history.
DROP TRIGGER IF EXISTS refuse_truncate ON loyalty_couponmove;
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON loyalty_couponmove
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_truncate();

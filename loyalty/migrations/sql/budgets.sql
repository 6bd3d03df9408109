-- Budgets of rules are cut into shards, so that tills at the same moment don't wait for one row.
--
-- Locks are taken in the order (rule, shard). The one exception is the try of the own shard: it is
-- undone with its lock when the shard has too little (a row that was waited for and then doesn't
-- match stays locked otherwise, and two that hold one shard each would wait for each other).

-- What is left of a budget that nobody has used yet is the rule's own figure.
CREATE OR REPLACE FUNCTION loyalty_open_budget(budget bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO loyalty_rulebudget (rule_id, shard, left_points)
    SELECT r.id, s, r.budget_points / 16 + (s < r.budget_points % 16)::int
    FROM loyalty_earningrule r, generate_series(0, 15) s
    WHERE r.id = budget AND r.budget_points IS NOT NULL
    ON CONFLICT (rule_id, shard) DO NOTHING
$$;

-- Takes points out of budgets: all of them, or (`is_strict` false) what is left. Gives what was
-- taken, as rows [budget, shard, points].
CREATE OR REPLACE FUNCTION loyalty_reserve(wants jsonb, own int, locks bigint[]) RETURNS jsonb
LANGUAGE plpgsql
AS $$
DECLARE
    want record;
    one record;
    rest bigint;
    part bigint;
    taken jsonb := '[]';
    is_done boolean;
BEGIN
    -- A batch comes back to the same budgets with every order: it takes all their shards at once.
    IF cardinality(locks) > 0 THEN
        PERFORM loyalty_open_budget(b) FROM unnest(locks) b ORDER BY b;
        PERFORM FROM loyalty_rulebudget WHERE rule_id = ANY(locks)
        ORDER BY rule_id, shard FOR NO KEY UPDATE;
    END IF;

    FOR want IN
        SELECT x.budget, x.points, x.is_strict
        FROM jsonb_to_recordset(wants) AS x(budget bigint, points bigint, is_strict boolean)
        ORDER BY x.budget
    LOOP
        BEGIN
            UPDATE loyalty_rulebudget SET left_points = left_points - want.points
            WHERE rule_id = want.budget AND shard = own AND left_points >= want.points;
            IF NOT FOUND THEN
                RAISE no_data_found;
            END IF;
            taken := taken || jsonb_build_array(jsonb_build_array(want.budget, own, want.points));
            is_done := true;
        EXCEPTION WHEN no_data_found THEN
            is_done := false;
        END;
        CONTINUE WHEN is_done;

        PERFORM loyalty_open_budget(want.budget);
        PERFORM FROM loyalty_rulebudget WHERE rule_id = want.budget
        ORDER BY shard FOR NO KEY UPDATE;
        SELECT coalesce(sum(left_points), 0) INTO rest
        FROM loyalty_rulebudget WHERE rule_id = want.budget;
        CONTINUE WHEN rest = 0 OR (want.is_strict AND rest < want.points);
        rest := least(rest, want.points);
        FOR one IN
            SELECT id, shard, left_points FROM loyalty_rulebudget
            WHERE rule_id = want.budget AND left_points > 0 ORDER BY shard
        LOOP
            EXIT WHEN rest = 0;
            part := least(rest, one.left_points);
            UPDATE loyalty_rulebudget SET left_points = left_points - part WHERE id = one.id;
            taken := taken || jsonb_build_array(jsonb_build_array(want.budget, one.shard, part));
            rest := rest - part;
        END LOOP;
    END LOOP;
    RETURN taken;
END
$$;

-- What a rule didn't give after all, or what came back of it.
CREATE OR REPLACE FUNCTION loyalty_give_back(returns jsonb) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT x.budget, x.shard, sum(x.points) AS points
        FROM jsonb_to_recordset(returns) AS x(budget bigint, shard int, points bigint)
        GROUP BY 1, 2 ORDER BY 1, 2
    LOOP
        UPDATE loyalty_rulebudget SET left_points = left_points + one.points
        WHERE rule_id = one.budget AND shard = one.shard;
    END LOOP;
END
$$;

-- How a group combines its rules decides what an order earns.
DROP TRIGGER IF EXISTS bump_version_update ON loyalty_stackinggroup;
CREATE TRIGGER bump_version_update AFTER UPDATE ON loyalty_stackinggroup
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION loyalty_bump_program();

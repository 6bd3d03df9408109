-- One record per changed row of a tracked table, written by the database itself: also for raw SQL.
--
-- Arguments: the column that names the row; columns whose change is no news; columns whose value
-- is never shown; columns that may be shown ('' = all others). Values that are kept secret, and
-- every bytea column (sealed values, digests), stand as "sealed".
-- Who, why and from where comes with the statement, in `regulars.context` (services/changes.py);
-- what was typed past the product names the database's user.
CREATE OR REPLACE FUNCTION members_record_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ignored text[] := string_to_array(TG_ARGV[1], ',');
    sealed text[] := string_to_array(TG_ARGV[2], ',');
    shown text[] := string_to_array(nullif(TG_ARGV[3], ''), ',');
    was jsonb;
    is_now jsonb;
    changed text[];
    context jsonb;
BEGIN
    IF TG_OP <> 'INSERT' THEN was := to_jsonb(OLD); END IF;
    IF TG_OP <> 'DELETE' THEN is_now := to_jsonb(NEW); END IF;
    IF TG_OP <> 'UPDATE' THEN
        was := jsonb_strip_nulls(was);
        is_now := jsonb_strip_nulls(is_now);
    END IF;
    changed := ARRAY(
        SELECT name FROM jsonb_object_keys(COALESCE(is_now, was)) AS name
        WHERE name <> ALL (ignored) AND was -> name IS DISTINCT FROM is_now -> name);
    IF changed = '{}' THEN
        RETURN NULL;
    END IF;
    sealed := sealed || ARRAY(
        SELECT attname::text FROM pg_attribute
        WHERE attrelid = TG_RELID AND atttypid = 'bytea'::regtype);
    IF shown IS NOT NULL THEN
        sealed := sealed || ARRAY(SELECT name FROM unnest(changed) name WHERE name <> ALL (shown));
    END IF;
    context := nullif(current_setting('regulars.context', true), '')::jsonb;
    INSERT INTO members_changerecord
        ("table", row_id, kind, before, after, actor_id, client_id, origin, reason, request_id,
         address, approval, occurred_at)
    VALUES (
        TG_TABLE_NAME,
        COALESCE(left(COALESCE(is_now, was) ->> TG_ARGV[0], 64), ''),
        TG_OP,
        members_change_side(was, changed, sealed),
        members_change_side(is_now, changed, sealed),
        (context ->> 'actor')::bigint,
        (context ->> 'client')::bigint,
        left(COALESCE(context ->> 'origin', 'sql ' || session_user), 200),
        left(COALESCE(context ->> 'reason', ''), 500),
        left(COALESCE(context ->> 'request_id', ''), 64),
        left(COALESCE(context ->> 'address', host(inet_client_addr()), ''), 45),
        (context ->> 'approval')::uuid,
        clock_timestamp());
    RETURN NULL;
END
$$;

-- The changed columns of one side of a change; secret values stand as "sealed".
CREATE OR REPLACE FUNCTION members_change_side(side jsonb, changed text[], sealed text[])
RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_object_agg(
        name, CASE WHEN name = ANY (sealed) THEN to_jsonb('sealed'::text) ELSE side -> name END)
    FROM unnest(changed) AS name
    WHERE side IS NOT NULL
$$;

-- Makes a table a tracked one. Bears repeats.
CREATE OR REPLACE FUNCTION members_track_changes(
    tracked text, row_column text DEFAULT 'id', ignored text DEFAULT '', hidden text DEFAULT '',
    shown text DEFAULT '', events text DEFAULT 'INSERT OR UPDATE OR DELETE'
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS record_change ON %I', tracked);
    EXECUTE format(
        'CREATE TRIGGER record_change AFTER %s ON %I FOR EACH ROW '
        'EXECUTE FUNCTION members_record_change(%L, %L, %L, %L)',
        events, tracked, row_column, ignored, hidden, shown);
END
$$;

-- Row triggers don't see TRUNCATE.
CREATE OR REPLACE FUNCTION members_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% keeps history and can''t be truncated', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON members_changerecord
    FOR EACH STATEMENT EXECUTE FUNCTION members_refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON members_auditrecord
    FOR EACH STATEMENT EXECUTE FUNCTION members_refuse_truncate();
CREATE TRIGGER refuse_truncate BEFORE TRUNCATE ON members_approvalrequest
    FOR EACH STATEMENT EXECUTE FUNCTION members_refuse_truncate();

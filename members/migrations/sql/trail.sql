-- What may be changed in the trails, which are never changed: of a member whose key was destroyed,
-- why something was done and from which address is emptied. Both may name the person.
CREATE OR REPLACE FUNCTION members_forgotten(held jsonb, fresh jsonb, member bigint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT held - 'reason' - 'address' = fresh - 'reason' - 'address'
       AND fresh ->> 'reason' IN ('', held ->> 'reason')
       AND fresh ->> 'address' IN ('', held ->> 'address')
       AND EXISTS (
           SELECT 1 FROM members_memberkey k
           WHERE k.member_id = member AND k.shredded_at IS NOT NULL);
$$;

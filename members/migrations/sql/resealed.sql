-- A rotation of keys seals what belongs to no member anew: the same text, so as long as before, by
-- a later version of the key of the house (bytes 2 and 3; the first one is 2).
CREATE OR REPLACE FUNCTION members_resealed(held bytea, fresh bytea) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT octet_length(held) > 3
       AND octet_length(held) = octet_length(fresh)
       AND substring(held FROM 1 FOR 1) = '\x02'::bytea
       AND substring(fresh FROM 1 FOR 1) = '\x02'::bytea
       AND substring(fresh FROM 2 FOR 2) > substring(held FROM 2 FOR 2);
$$;

-- While a member's key hangs on a version, the database lets nobody remove it.
ALTER TABLE members_memberkey ADD CONSTRAINT members_memberkey_names_its_version
    FOREIGN KEY (kek_version) REFERENCES members_keyencryptionkey (version)
    DEFERRABLE INITIALLY DEFERRED;

-- The version of the programme rises by itself with every change of what earns.
SELECT members_track_changes('loyalty_program', ignored => 'version');
SELECT members_track_changes('loyalty_tier');
SELECT members_track_changes('loyalty_earningrule');
SELECT members_track_changes('loyalty_earningrule_stores', 'earningrule_id');
SELECT members_track_changes('loyalty_stackinggroup');
SELECT members_track_changes('loyalty_behaviorrule');
SELECT members_track_changes('loyalty_adjustmentlimit');
SELECT members_track_changes('loyalty_coupontype');
SELECT members_track_changes('loyalty_coupontype_stores', 'coupontype_id');
-- New ones come with the orders of tills, by the thousand.
SELECT members_track_changes('loyalty_product', events => 'UPDATE OR DELETE');

SELECT members_track_changes('campaigns_campaign');
SELECT members_track_changes('campaigns_messagetemplate');
SELECT members_track_changes('campaigns_marginfloor');
SELECT members_track_changes('campaigns_offer');
SELECT members_track_changes('campaigns_offer_stores', 'offer_id');

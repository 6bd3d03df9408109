SELECT members_track_changes('campaigns_campaign_stores', 'campaign_id');
SELECT members_track_changes('campaigns_contactpolicy');
SELECT members_track_changes('campaigns_frequencycap');
-- Whose address it is stands nowhere; the note may say it.
SELECT members_track_changes('campaigns_suppression', 'id', 'delivery_id', 'note');
SELECT members_track_changes('campaigns_webhookendpoint');

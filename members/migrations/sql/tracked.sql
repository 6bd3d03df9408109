-- Accounts of people and machines: never passwords and secrets, names and e-mail only as changed.
SELECT members_track_changes('members_user', ignored => 'last_login',
    hidden => 'password,first_name,last_name,email');
SELECT members_track_changes('members_user_groups', 'user_id');
SELECT members_track_changes('members_user_stores', 'user_id');
SELECT members_track_changes('members_user_user_permissions', 'user_id');
SELECT members_track_changes('auth_group');
SELECT members_track_changes('auth_group_permissions', 'group_id');
SELECT members_track_changes('otp_totp_totpdevice', 'user_id',
    ignored => 'drift,last_t,last_used_at,throttling_failure_count,throttling_failure_timestamp',
    hidden => 'key');
SELECT members_track_changes('members_apiclient', ignored => 'updated', hidden => 'client_secret');
SELECT members_track_changes('members_apiclient_stores', 'apiclient_id');
SELECT members_track_changes('members_accesspolicy');

-- Settings.
SELECT members_track_changes('members_appointmentkind');
SELECT members_track_changes('members_breachclock');
SELECT members_track_changes('members_channel');
SELECT members_track_changes('members_community');
SELECT members_track_changes('members_duplicatepolicy');
SELECT members_track_changes('members_holiday');
SELECT members_track_changes('members_privacyclock');
SELECT members_track_changes('members_processingpurpose');
SELECT members_track_changes('members_recipient');
SELECT members_track_changes('members_retentionrule', ignored => 'last_run_at,removed_count');
SELECT members_track_changes('members_servicetopic');
SELECT members_track_changes('members_store');
SELECT members_track_changes('members_survey');
SELECT members_track_changes('members_tag');
SELECT members_track_changes('members_tagrule', 'tag_id',
    ignored => 'last_run_at,added_count,removed_count');

-- Of members: that a column changed, and the value only where it says nothing of the person.
SELECT members_track_changes('members_member',
    ignored => 'version,name_index,name_first_index,birthday_md,birth_band',
    shown => 'state,merged_into_id,store_id,channel_id,is_profiled',
    events => 'UPDATE OR DELETE');
SELECT members_track_changes('members_identity', 'member_id', shown => 'kind,verified_at',
    events => 'UPDATE OR DELETE');
SELECT members_track_changes('members_legalhold', 'member_id', shown => 'placed_at,ended_at,placed_by_id,ended_by_id');

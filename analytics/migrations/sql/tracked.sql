SELECT members_track_changes('analytics_analyticspolicy');
SELECT members_track_changes('analytics_channelspend');
SELECT members_track_changes('analytics_classtag');
SELECT members_track_changes('analytics_savedview');
SELECT members_track_changes('analytics_scorecard');
SELECT members_track_changes('analytics_scorecarditem');
SELECT members_track_changes('analytics_segment', ignored => 'members_count,built_at,build_id');

-- What stands there already is marked, so that the first refresh computes it: nobody has to
-- remember a command after an upgrade. Behind the trigger, whose lock keeps postings out.
INSERT INTO analytics_stalemember (member_id)
SELECT DISTINCT member_id FROM analytics_memberday WHERE member_id IS NOT NULL
ON CONFLICT DO NOTHING;

INSERT INTO analytics_staleday (day)
SELECT day FROM analytics_memberday
UNION
SELECT (m.joined_at AT TIME ZONE p.time_zone)::date
FROM members_member m JOIN loyalty_program p ON p.is_current
ON CONFLICT DO NOTHING;

INSERT INTO analytics_stalepoints (moved_at, kind, reason, points, entries_count)
SELECT date_bin('15 minutes', occurred_at, timestamptz 'epoch'), kind, reason,
       sum(points), count(*)
FROM loyalty_ledgerentry
GROUP BY 1, 2, 3;

-- A constraint, as the roll-up names it in ON CONFLICT; Django makes an index of it.
DROP INDEX member_day_once;
ALTER TABLE analytics_memberday ADD CONSTRAINT member_day_once UNIQUE NULLS NOT DISTINCT
    (day, member_id, channel_id, store_id) INCLUDE (orders_count, net_amount);

-- The serial that card numbers are made from: a sequence, so that no two tills wait for it.
CREATE SEQUENCE members_card_serial AS bigint START 1;

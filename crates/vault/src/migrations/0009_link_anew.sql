-- Has every mail linked anew in the background, since what ties mails is numbered otherwise.

-- Campaigns, their history and pins stay; mails stay in their campaigns until they are linked.
DELETE FROM core_tie;
DELETE FROM core_value;
DELETE FROM anchor_bridge;
DELETE FROM anchor_place;
DELETE FROM anchor;
DELETE FROM submission_signature;
UPDATE submission SET core = NULL WHERE core IS NOT NULL;
DELETE FROM core;

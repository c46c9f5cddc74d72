DELETE FROM proposals WHERE replaces IS NOT NULL;
ALTER TABLE proposals DROP COLUMN replaces;

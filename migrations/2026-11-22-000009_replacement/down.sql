DELETE FROM proposals WHERE replaces IS NOT NULL;
ALTER TABLE proposals DROP COLUMN replaces_version;
ALTER TABLE proposals DROP COLUMN replaces;

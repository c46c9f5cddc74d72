-- How often a file's scan failed, and when it is tried again.
ALTER TABLE files ADD COLUMN scan_tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE files ADD COLUMN scan_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';

ALTER TABLE files DROP COLUMN scan_at;
ALTER TABLE files DROP COLUMN scan_tries;

-- Wrong codes of the second factor since the last right one, and how many there were before that: for the owner to see.
ALTER TABLE people ADD COLUMN failed_codes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN failed_codes_since TIMESTAMP;
ALTER TABLE people ADD COLUMN earlier_failed_codes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN earlier_failed_codes_since TIMESTAMP;

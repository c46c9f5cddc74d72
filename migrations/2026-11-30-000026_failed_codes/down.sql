ALTER TABLE people DROP COLUMN earlier_failed_codes_since;
ALTER TABLE people DROP COLUMN earlier_failed_codes;
ALTER TABLE people DROP COLUMN failed_codes_since;
ALTER TABLE people DROP COLUMN failed_codes;

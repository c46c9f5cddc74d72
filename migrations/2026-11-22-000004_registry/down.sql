DELETE FROM settings WHERE key = 'register';
DROP TABLE succession_grants;
DROP TABLE successions;
DROP TABLE former_names;
ALTER TABLE report_issues DROP COLUMN recipient;
ALTER TABLE issues DROP COLUMN recipient;
DROP INDEX grants_holder;
ALTER TABLE grants DROP COLUMN holder_id;

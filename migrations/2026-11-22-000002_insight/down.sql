ALTER TABLE organisations DROP COLUMN publishes;
DROP TABLE insights;

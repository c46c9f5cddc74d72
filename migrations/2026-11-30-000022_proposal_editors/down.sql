ALTER TABLE proposals DROP COLUMN editors;

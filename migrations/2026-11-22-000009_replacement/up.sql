-- A proposal that is to replace the table of an agreement that is published, and the version of the table that it was begun
-- from.
ALTER TABLE proposals ADD COLUMN replaces TEXT REFERENCES agreements (id);
ALTER TABLE proposals ADD COLUMN replaces_version INTEGER NOT NULL DEFAULT 0;

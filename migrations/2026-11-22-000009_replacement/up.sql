-- A proposal that is to replace the table of an agreement that is published.
ALTER TABLE proposals ADD COLUMN replaces TEXT REFERENCES agreements (id);

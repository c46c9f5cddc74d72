-- Who made the revision that a row has, and when: told to whoever saves over an older one. Of what was saved before, nobody knows.
ALTER TABLE requisitions ADD COLUMN saved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE requisitions ADD COLUMN saved_at TIMESTAMP;
ALTER TABLE reports ADD COLUMN saved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE reports ADD COLUMN saved_at TIMESTAMP;
ALTER TABLE onward_plans ADD COLUMN saved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE onward_plans ADD COLUMN saved_at TIMESTAMP;
ALTER TABLE onward_units ADD COLUMN saved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE onward_units ADD COLUMN saved_at TIMESTAMP;
ALTER TABLE onward_applications ADD COLUMN saved_by TEXT NOT NULL DEFAULT '';
ALTER TABLE onward_applications ADD COLUMN saved_at TIMESTAMP;
-- The same of each part of a proposal, and of each post of its table: colleagues have a part each.
ALTER TABLE proposals ADD COLUMN saved TEXT NOT NULL DEFAULT '{}';

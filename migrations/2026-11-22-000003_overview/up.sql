-- The rounds of one grant are compared with one another.
ALTER TABLE agreements ADD COLUMN series TEXT NOT NULL DEFAULT '';
UPDATE agreements SET series = 'aldreomsorg' WHERE slug IN ('aldreomsorg-2021', 'aldreomsorg-2022');

-- Views of the overview that somebody keeps: an address under a name.
CREATE TABLE saved_views (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    saved_at TIMESTAMP NOT NULL
);
CREATE INDEX saved_views_person ON saved_views (person_id, organisation_id);

-- Who has a grant's rights and debts now; at first whom it was allocated to. SQLite adds no column that is both NOT NULL
-- and a reference.
ALTER TABLE grants ADD COLUMN holder_id TEXT NOT NULL DEFAULT '';
UPDATE grants SET holder_id = recipient_id;
CREATE INDEX grants_holder ON grants (holder_id);

-- Whose document it is, by its name on the day it was issued: names change, grants pass, and what was signed stays.
ALTER TABLE issues ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
UPDATE issues SET recipient = (
    SELECT organisations.formal_name FROM organisations
    INNER JOIN grants ON grants.recipient_id = organisations.id
    INNER JOIN requisitions ON requisitions.grant_id = grants.id
    WHERE requisitions.id = issues.requisition_id
);
ALTER TABLE report_issues ADD COLUMN recipient TEXT NOT NULL DEFAULT '';
UPDATE report_issues SET recipient = (
    SELECT organisations.formal_name FROM organisations
    INNER JOIN grants ON grants.recipient_id = organisations.id
    INNER JOIN reports ON reports.grant_id = grants.id
    WHERE reports.id = report_issues.report_id
);

-- What an organisation was called before, until which day.
CREATE TABLE former_names (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    name TEXT NOT NULL,
    formal_name TEXT NOT NULL,
    until DATE NOT NULL
);
CREATE INDEX former_names_organisation ON former_names (organisation_id);

-- Mergers and splits: on what decision, between whom, and which grants passed.
CREATE TABLE successions (
    id TEXT NOT NULL PRIMARY KEY,
    authority_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    day DATE NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at TIMESTAMP NOT NULL
);
CREATE TABLE succession_grants (
    succession_id TEXT NOT NULL REFERENCES successions (id),
    grant_id TEXT NOT NULL REFERENCES grants (id),
    from_id TEXT NOT NULL REFERENCES organisations (id),
    to_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (succession_id, grant_id)
);
CREATE INDEX succession_grants_from ON succession_grants (from_id);
CREATE INDEX succession_grants_to ON succession_grants (to_id);

-- The row that everybody who changes a name in the register takes first: no two organisations answer to one name.
INSERT INTO settings (key, value) VALUES ('register', '');

DROP INDEX sessions_token_before;
ALTER TABLE sessions DROP COLUMN token_before;
CREATE TABLE invitations_made (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    email TEXT NOT NULL,
    role TEXT,
    confirmed BOOLEAN NOT NULL,
    person_id TEXT REFERENCES people (id),
    invited_by TEXT NOT NULL REFERENCES people (id),
    invited_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
INSERT INTO invitations_made
    SELECT id, token_hash, organisation_id, email, role, confirmed, person_id, invited_by, invited_at, expires_at, ended_at
    FROM invitations
    WHERE invited_by IS NOT NULL;
DROP TABLE invitations;
ALTER TABLE invitations_made RENAME TO invitations;
CREATE INDEX invitations_organisation ON invitations (organisation_id);

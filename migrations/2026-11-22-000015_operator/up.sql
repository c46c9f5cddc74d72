-- An invitation without anybody who invites is the operator's.
CREATE TABLE invitations_made (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    email TEXT NOT NULL,
    role TEXT,
    confirmed BOOLEAN NOT NULL,
    person_id TEXT REFERENCES people (id),
    invited_by TEXT REFERENCES people (id),
    invited_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP
);
INSERT INTO invitations_made
    SELECT id, token_hash, organisation_id, email, role, confirmed, person_id, invited_by, invited_at, expires_at, ended_at
    FROM invitations;
DROP TABLE invitations;
ALTER TABLE invitations_made RENAME TO invitations;
CREATE INDEX invitations_organisation ON invitations (organisation_id);

-- The token that a session had until its person showed once more who it is: good for a moment, for what was on its way.
ALTER TABLE sessions ADD COLUMN token_before TEXT NOT NULL DEFAULT '';
CREATE INDEX sessions_token_before ON sessions (token_before);

-- A role that the organisation's own administrator gave, and that counts only when an authority has confirmed it.
ALTER TABLE memberships ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE people ADD COLUMN last_sign_in_at TIMESTAMP;
-- A person's account has a history of its own.
ALTER TABLE people ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

-- A link to be passed on. With a role: to join the organisation; with a person: to choose a new password.
CREATE TABLE invitations (
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
CREATE INDEX invitations_organisation ON invitations (organisation_id);

-- The secret is sealed with the installation's key. Without confirmed_at it is being set up and asks nobody for anything.
CREATE TABLE second_factors (
    person_id TEXT NOT NULL PRIMARY KEY REFERENCES people (id),
    secret TEXT NOT NULL,
    last_step BIGINT NOT NULL,
    confirmed_at TIMESTAMP
);

CREATE TABLE recovery_codes (
    code_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id)
);
CREATE INDEX recovery_codes_person ON recovery_codes (person_id);

-- Whoever has given the password and is to give a code.
CREATE TABLE sign_in_steps (
    token_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    destination TEXT NOT NULL,
    held TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    tries INTEGER NOT NULL
);

-- Failed tries, by the hash of the address that was typed and by the browser: '' for all that are not known there.
CREATE TABLE sign_in_attempts (
    account TEXT NOT NULL,
    browser TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP NOT NULL,
    PRIMARY KEY (account, browser)
);
CREATE INDEX sign_in_attempts_age ON sign_in_attempts (last_at);

-- Browsers that have signed in to an account before.
CREATE TABLE known_browsers (
    token_hash TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    last_used_at TIMESTAMP NOT NULL,
    PRIMARY KEY (token_hash, person_id)
);
CREATE INDEX known_browsers_person ON known_browsers (person_id);

-- The row that a try is counted under: two at once would each find one left.
INSERT INTO settings (key, value) VALUES ('sign_in', '');

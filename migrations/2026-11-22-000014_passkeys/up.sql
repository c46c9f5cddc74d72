-- A passkey: what is public of it (as JSON), and how often it says that it was used. The same one belongs to one account only.
CREATE TABLE passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    credential_hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    credential TEXT NOT NULL,
    sign_count BIGINT NOT NULL,
    added_at TIMESTAMP NOT NULL,
    used_at TIMESTAMP
);
CREATE INDEX passkeys_person ON passkeys (person_id);

-- What a passkey was asked to sign, in which session or half of a sign-in, and for what. Good once, for five minutes; in the
-- database, because the answer may come to another instance of the portal.
CREATE TABLE passkey_challenges (
    challenge_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    purpose TEXT NOT NULL,
    scope TEXT NOT NULL,
    state TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    used BOOLEAN NOT NULL
);
CREATE INDEX passkey_challenges_made ON passkey_challenges (made_at);
CREATE INDEX passkey_challenges_person ON passkey_challenges (person_id);

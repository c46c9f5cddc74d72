-- Whoever is signed in signs in anew: what a session must tell of itself from now on, the old ones do not know.
DELETE FROM sessions;
-- What a page may show and an address may carry: the key opens nothing as a hash, and stays in the database all the same.
ALTER TABLE sessions ADD COLUMN id TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX sessions_id ON sessions (id);
ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT '';
-- The identity provider's key and its own number of the session; empty for whoever signed in here.
ALTER TABLE sessions ADD COLUMN provider TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN provider_session TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN authenticated_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
-- When the person last showed who it is, and a hash of the one act that this may still be used for.
ALTER TABLE sessions ADD COLUMN confirmed_at TIMESTAMP NOT NULL DEFAULT '1970-01-01 00:00:00';
ALTER TABLE sessions ADD COLUMN confirmation TEXT NOT NULL DEFAULT '';

-- A person as an identity provider knows it. The organisation is the one that the provider last vouched for.
CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_person ON identities (person_id);
CREATE INDEX identities_organisation ON identities (organisation_id);

-- Somebody has gone to an identity provider and may come back once, in the same browser, within ten minutes. In the
-- database, because the way back may lead to another instance of the portal.
CREATE TABLE sign_in_requests (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    provider TEXT NOT NULL,
    purpose TEXT NOT NULL,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    action TEXT NOT NULL,
    fields TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX sign_in_requests_created ON sign_in_requests (created_at);

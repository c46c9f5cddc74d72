-- One set of migrations for SQLite and PostgreSQL: TEXT, BIGINT, INTEGER, BOOLEAN, DATE, TIMESTAMP, BLOB only
-- (BLOB is a domain over bytea on PostgreSQL, made by infra/db.rs). Ids are UUIDv7 made by the program,
-- money is whole öre, timestamps are UTC.

CREATE TABLE settings (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    formal_name TEXT NOT NULL,
    county TEXT NOT NULL,
    organisation_number TEXT
);

CREATE TABLE organisation_aliases (
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    alias TEXT NOT NULL,
    PRIMARY KEY (organisation_id, alias)
);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE memberships (
    person_id TEXT NOT NULL REFERENCES people (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    role TEXT NOT NULL,
    PRIMARY KEY (person_id, organisation_id, role)
);

CREATE TABLE sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP NOT NULL
);
CREATE INDEX sessions_person ON sessions (person_id);

CREATE TABLE agreements (
    id TEXT NOT NULL PRIMARY KEY,
    slug TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE,
    year INTEGER NOT NULL,
    authority_id TEXT NOT NULL REFERENCES organisations (id),
    definition TEXT NOT NULL,
    agreement_diarienummer TEXT NOT NULL,
    decision_diarienummer TEXT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    recipient_id TEXT NOT NULL REFERENCES organisations (id),
    version BIGINT NOT NULL,
    UNIQUE (agreement_id, recipient_id)
);
CREATE INDEX grants_recipient ON grants (recipient_id);
CREATE INDEX grants_version ON grants (agreement_id, version);

CREATE TABLE ledger_entries (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    post TEXT NOT NULL,
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    subject TEXT
);
CREATE INDEX ledger_entries_grant ON ledger_entries (grant_id);

CREATE TABLE requisitions (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number INTEGER NOT NULL,
    post TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    draft TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES people (id),
    created_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP,
    officer_id TEXT REFERENCES people (id),
    UNIQUE (grant_id, number)
);
CREATE INDEX requisitions_status ON requisitions (status, received_at);

CREATE TABLE issues (
    requisition_id TEXT NOT NULL REFERENCES requisitions (id),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    warnings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    issued_by TEXT NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    PRIMARY KEY (requisition_id, version)
);

CREATE TABLE attachments (
    id TEXT NOT NULL PRIMARY KEY,
    requisition_id TEXT NOT NULL REFERENCES requisitions (id),
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TIMESTAMP NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX attachments_requisition ON attachments (requisition_id);

CREATE TABLE history (
    stream TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    person_id TEXT NOT NULL,
    person TEXT NOT NULL,
    organisation TEXT NOT NULL,
    event TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL,
    reason TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
);

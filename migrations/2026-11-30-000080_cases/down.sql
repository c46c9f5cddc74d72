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
    saved_by TEXT NOT NULL DEFAULT '',
    saved_at TIMESTAMP,
    UNIQUE (grant_id, number)
);
INSERT INTO requisitions (id, grant_id, number, post, status, state, draft, version, revision, created_by, created_at, received_at, officer_id, saved_by, saved_at)
SELECT id, grant_id, number, part, status, state, draft, version, revision, created_by, created_at, received_at, officer_id, saved_by, saved_at FROM cases WHERE kind = 'requisition';
CREATE INDEX requisitions_status ON requisitions (status, received_at);

CREATE TABLE issues (
    requisition_id TEXT NOT NULL REFERENCES requisitions (id),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    warnings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    issued_by TEXT NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    recipient TEXT NOT NULL DEFAULT '',
    issued_by_id TEXT,
    PRIMARY KEY (requisition_id, version)
);
INSERT INTO issues (requisition_id, version, content, warnings, fingerprint, issued_by, issued_at, recipient, issued_by_id)
SELECT case_id, editions.version, content, warnings, fingerprint, issued_by, issued_at, recipient, issued_by_id
FROM editions INNER JOIN cases ON cases.id = case_id WHERE kind = 'requisition';

CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE REFERENCES grants (id),
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    draft TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES people (id),
    created_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP,
    approved_at TIMESTAMP,
    officer_id TEXT REFERENCES people (id),
    saved_by TEXT NOT NULL DEFAULT '',
    saved_at TIMESTAMP
);
INSERT INTO reports (id, grant_id, status, state, draft, version, revision, created_by, created_at, received_at, approved_at, officer_id, saved_by, saved_at)
SELECT id, grant_id, status, state, draft, version, revision, created_by, created_at, received_at, approved_at, officer_id, saved_by, saved_at FROM cases WHERE kind = 'report';
CREATE INDEX reports_status ON reports (status, received_at);

CREATE TABLE report_issues (
    report_id TEXT NOT NULL REFERENCES reports (id),
    version INTEGER NOT NULL,
    content TEXT NOT NULL,
    warnings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    issued_by TEXT NOT NULL,
    issued_at TIMESTAMP NOT NULL,
    certificate TEXT,
    recipient TEXT NOT NULL DEFAULT '',
    issued_by_id TEXT,
    PRIMARY KEY (report_id, version)
);
INSERT INTO report_issues (report_id, version, content, warnings, fingerprint, issued_by, issued_at, certificate, recipient, issued_by_id)
SELECT case_id, editions.version, content, warnings, fingerprint, issued_by, issued_at, certificate, recipient, issued_by_id
FROM editions INNER JOIN cases ON cases.id = case_id WHERE kind = 'report';

CREATE TABLE account_requests (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    number INTEGER NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    asks_for TEXT NOT NULL,
    due DATE NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TIMESTAMP NOT NULL,
    revision BIGINT NOT NULL,
    asker_id TEXT,
    UNIQUE (grant_id, number)
);
INSERT INTO account_requests (id, grant_id, number, status, state, asks_for, due, asked_by, asked_at, revision, asker_id)
SELECT id, grant_id, number, status, state, asks_for, due, asked_by, created_at, revision, asker_id FROM cases WHERE kind = 'account_request';

CREATE TABLE further_reports (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    key TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_by TEXT NOT NULL REFERENCES people (id),
    created_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP,
    UNIQUE (grant_id, key)
);
INSERT INTO further_reports (id, grant_id, key, status, state, revision, created_by, created_at, received_at)
SELECT id, grant_id, part, status, state, revision, created_by, created_at, received_at FROM cases WHERE kind = 'further_report';

CREATE TABLE payments_of_requisitions (
    id TEXT NOT NULL PRIMARY KEY,
    requisition_id TEXT NOT NULL REFERENCES requisitions (id),
    amount BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    reference TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    reversed_by TEXT,
    reversed_at TIMESTAMP,
    reversal_reason TEXT,
    reversed_by_id TEXT
);
INSERT INTO payments_of_requisitions (id, requisition_id, amount, paid_on, reference, registered_by, registered_at, reversed_by, reversed_at, reversal_reason, reversed_by_id)
SELECT id, requisition_id, amount, paid_on, reference, registered_by, registered_at, reversed_by, reversed_at, reversal_reason, reversed_by_id FROM payments;
DROP TABLE payments;
ALTER TABLE payments_of_requisitions RENAME TO payments;
CREATE INDEX payments_requisition ON payments (requisition_id);

DROP TABLE editions;
DROP TABLE cases;

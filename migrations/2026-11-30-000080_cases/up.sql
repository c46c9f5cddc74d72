-- One table for every kind of case, and one for what was fixed for signature.
CREATE TABLE cases (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('requisition', 'report', 'account_request', 'further_report')),
    grant_id TEXT NOT NULL REFERENCES grants (id),
    -- Which of the agreement's forms or reports it is on. A grant has one financial report, and its requests have no form.
    part TEXT NOT NULL,
    -- Counts the grant's cases of that kind from 1.
    number INTEGER NOT NULL CHECK (number > 0),
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    draft TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 0),
    revision BIGINT NOT NULL CHECK (revision > 0),
    -- Whether anybody but the recipient sees it.
    is_shown BOOLEAN NOT NULL,
    created_by TEXT,
    created_at TIMESTAMP NOT NULL,
    received_at TIMESTAMP,
    -- When the version that stands was approved; kept while a report is corrected.
    approved_at TIMESTAMP,
    officer_id TEXT REFERENCES people (id),
    saved_by TEXT NOT NULL DEFAULT '',
    saved_at TIMESTAMP,
    -- Of a request for accounts: what is asked for, by when, by whom, and by which organisation where it is not the payer.
    asks_for TEXT NOT NULL DEFAULT '',
    due DATE,
    asked_by TEXT NOT NULL DEFAULT '',
    asker_id TEXT
);

INSERT INTO cases (id, kind, grant_id, part, number, status, state, draft, version, revision, is_shown, created_by, created_at, received_at, approved_at, officer_id, saved_by, saved_at)
SELECT id, 'requisition', grant_id, post, number, status, state, draft, version, revision, status NOT IN ('draft', 'discarded'), created_by, created_at, received_at, NULL, officer_id, saved_by, saved_at
FROM requisitions;
INSERT INTO cases (id, kind, grant_id, part, number, status, state, draft, version, revision, is_shown, created_by, created_at, received_at, approved_at, officer_id, saved_by, saved_at)
SELECT id, 'report', grant_id, '', 1, status, state, draft, version, revision, received_at IS NOT NULL OR status = 'awaiting_signature', created_by, created_at, received_at, approved_at, officer_id, saved_by, saved_at
FROM reports;
INSERT INTO cases (id, kind, grant_id, part, number, status, state, draft, version, revision, is_shown, created_by, created_at, asks_for, due, asked_by, asker_id)
SELECT id, 'account_request', grant_id, '', number, status, state, 'null', 0, revision, TRUE, NULL, asked_at, asks_for, due, asked_by, asker_id
FROM account_requests;
INSERT INTO cases (id, kind, grant_id, part, number, status, state, draft, version, revision, is_shown, created_by, created_at, received_at)
SELECT id, 'further_report', grant_id, key, 1, status, state, 'null', 0, revision, received_at IS NOT NULL, created_by, created_at, received_at
FROM further_reports;

CREATE UNIQUE INDEX cases_number ON cases (grant_id, kind, number, part);
CREATE INDEX cases_status ON cases (kind, status, received_at);
CREATE INDEX cases_officer ON cases (officer_id);

CREATE TABLE editions (
    case_id TEXT NOT NULL REFERENCES cases (id),
    version INTEGER NOT NULL CHECK (version > 0),
    content TEXT NOT NULL,
    warnings TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    issued_by TEXT NOT NULL,
    issued_by_id TEXT,
    issued_at TIMESTAMP NOT NULL,
    recipient TEXT NOT NULL,
    -- Of a report's that came in: the certificate that it came in with, or the word null.
    certificate TEXT,
    PRIMARY KEY (case_id, version)
);
INSERT INTO editions (case_id, version, content, warnings, fingerprint, issued_by, issued_by_id, issued_at, recipient)
SELECT requisition_id, version, content, warnings, fingerprint, issued_by, issued_by_id, issued_at, recipient FROM issues;
INSERT INTO editions (case_id, version, content, warnings, fingerprint, issued_by, issued_by_id, issued_at, recipient, certificate)
SELECT report_id, version, content, warnings, fingerprint, issued_by, issued_by_id, issued_at, recipient, certificate FROM report_issues;

-- Payments refer to their requisition where it stands now.
CREATE TABLE payments_of_cases (
    id TEXT NOT NULL PRIMARY KEY,
    requisition_id TEXT NOT NULL REFERENCES cases (id),
    amount BIGINT NOT NULL CHECK (amount > 0),
    paid_on DATE NOT NULL,
    reference TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    reversed_by TEXT,
    reversed_by_id TEXT,
    reversed_at TIMESTAMP,
    reversal_reason TEXT
);
INSERT INTO payments_of_cases (id, requisition_id, amount, paid_on, reference, registered_by, registered_at, reversed_by, reversed_by_id, reversed_at, reversal_reason)
SELECT id, requisition_id, amount, paid_on, reference, registered_by, registered_at, reversed_by, reversed_by_id, reversed_at, reversal_reason FROM payments;
DROP TABLE payments;
ALTER TABLE payments_of_cases RENAME TO payments;
CREATE INDEX payments_requisition ON payments (requisition_id);

DROP TABLE issues;
DROP TABLE report_issues;
DROP TABLE requisitions;
DROP TABLE reports;
DROP TABLE account_requests;
DROP TABLE further_reports;

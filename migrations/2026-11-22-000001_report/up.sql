-- Payment, the financial report, repayment, requests for accounts, extensions and mandates.

-- Files belong to a case of any kind: a requisition, a report, a request for accounts.
CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TIMESTAMP NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX files_case ON files (case_id);
INSERT INTO files (id, case_id, file_name, media_type, size, sha256, uploaded_by, uploaded_at, content)
SELECT id, requisition_id, file_name, media_type, size, sha256, uploaded_by, uploaded_at, content FROM attachments;
DROP TABLE attachments;

-- The number of the last line of its history.
ALTER TABLE organisations ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

-- From when to when somebody may act in a role, and on what decision.
ALTER TABLE memberships ADD COLUMN valid_from DATE;
ALTER TABLE memberships ADD COLUMN valid_to DATE;
ALTER TABLE memberships ADD COLUMN decision TEXT NOT NULL DEFAULT '';

-- Where what is not spent is paid back to.
ALTER TABLE agreements ADD COLUMN repayment_account_kind TEXT NOT NULL DEFAULT '';
ALTER TABLE agreements ADD COLUMN repayment_account TEXT NOT NULL DEFAULT '';

-- One recipient's later dates; the reference on what it pays back.
ALTER TABLE grants ADD COLUMN requisition_until DATE;
ALTER TABLE grants ADD COLUMN report_until DATE;
ALTER TABLE grants ADD COLUMN repayment_until DATE;
ALTER TABLE grants ADD COLUMN reference INTEGER NOT NULL DEFAULT 0;
UPDATE grants SET reference = (SELECT COUNT(*) FROM grants AS earlier WHERE earlier.id <= grants.id);
CREATE UNIQUE INDEX grants_reference ON grants (reference);

CREATE TABLE payments (
    id TEXT NOT NULL PRIMARY KEY,
    requisition_id TEXT NOT NULL REFERENCES requisitions (id),
    amount BIGINT NOT NULL,
    paid_on DATE NOT NULL,
    reference TEXT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    reversed_by TEXT,
    reversed_at TIMESTAMP,
    reversal_reason TEXT
);
CREATE INDEX payments_requisition ON payments (requisition_id);

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
    -- When the version that stands was approved.
    approved_at TIMESTAMP,
    officer_id TEXT REFERENCES people (id)
);
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
    PRIMARY KEY (report_id, version)
);

-- Who has answered the survey, as the authority's list says.
CREATE TABLE survey_answers (
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    recipient_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (agreement_id, recipient_id)
);
CREATE TABLE survey_lists (
    agreement_id TEXT NOT NULL PRIMARY KEY REFERENCES agreements (id),
    imported_by TEXT NOT NULL,
    imported_at TIMESTAMP NOT NULL
);

-- What has been paid in to an authority. Without a grant it is unmatched.
CREATE TABLE repayments (
    id TEXT NOT NULL PRIMARY KEY,
    authority_id TEXT NOT NULL REFERENCES organisations (id),
    grant_id TEXT REFERENCES grants (id),
    amount BIGINT NOT NULL,
    received_on DATE NOT NULL,
    reference TEXT NOT NULL,
    payer TEXT NOT NULL,
    revision BIGINT NOT NULL,
    registered_by TEXT NOT NULL,
    registered_at TIMESTAMP NOT NULL,
    state TEXT NOT NULL
);
CREATE INDEX repayments_grant ON repayments (grant_id);
CREATE INDEX repayments_authority ON repayments (authority_id, received_on);

-- Requests for accounts (räkenskaper).
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
    UNIQUE (grant_id, number)
);

-- Later dates for one recipient (anstånd), each with its decision. The date that holds is on the grant.
CREATE TABLE extensions (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    kind TEXT NOT NULL,
    until DATE NOT NULL,
    decision TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL
);
CREATE INDEX extensions_grant ON extensions (grant_id);

DROP TABLE extensions;
DROP TABLE account_requests;
DROP TABLE repayments;
DROP TABLE survey_lists;
DROP TABLE survey_answers;
DROP TABLE report_issues;
DROP TABLE reports;
DROP TABLE payments;
DROP INDEX grants_reference;
ALTER TABLE grants DROP COLUMN reference;
ALTER TABLE grants DROP COLUMN repayment_until;
ALTER TABLE grants DROP COLUMN report_until;
ALTER TABLE grants DROP COLUMN requisition_until;
ALTER TABLE agreements DROP COLUMN repayment_account;
ALTER TABLE agreements DROP COLUMN repayment_account_kind;
ALTER TABLE organisations DROP COLUMN version;
ALTER TABLE memberships DROP COLUMN decision;
ALTER TABLE memberships DROP COLUMN valid_to;
ALTER TABLE memberships DROP COLUMN valid_from;
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
INSERT INTO attachments SELECT files.* FROM files INNER JOIN requisitions ON requisitions.id = files.case_id;
DROP TABLE files;

-- Last days that a source leaves to the paying authority, once it has decided them.
ALTER TABLE agreements ADD COLUMN requisition_until DATE;
ALTER TABLE agreements ADD COLUMN report_until DATE;

-- Socialstyrelsen pays an agreement of its own, and reads those that it was given insight into as before.
UPDATE organisations SET kind = 'authority' WHERE code = 'socialstyrelsen';

-- The tables of amounts as they were published, each version of them.
CREATE TABLE allocations (
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    post TEXT NOT NULL,
    recipient_id TEXT NOT NULL REFERENCES organisations (id),
    published_name TEXT NOT NULL,
    published_share TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (agreement_id, version, position)
);

INSERT INTO allocations
SELECT
    grants.agreement_id,
    1,
    ROW_NUMBER() OVER (PARTITION BY grants.agreement_id ORDER BY ledger_entries.post, organisations.code),
    ledger_entries.post,
    grants.recipient_id,
    organisations.name,
    '',
    ledger_entries.amount
FROM ledger_entries
INNER JOIN grants ON grants.id = ledger_entries.grant_id
INNER JOIN organisations ON organisations.id = grants.recipient_id
WHERE ledger_entries.account = 'allocated';

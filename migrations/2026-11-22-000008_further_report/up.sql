-- The reports beside the financial one: one row for each that a recipient has begun.
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

-- Whom each of them is for. Follows from the terms; here so that ownership is in the query.
CREATE TABLE report_addressees (
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    key TEXT NOT NULL,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (agreement_id, key)
);
CREATE INDEX report_addressees_organisation ON report_addressees (organisation_id);

-- The one agreement that had such reports before there was this table.
INSERT INTO report_addressees (agreement_id, key, organisation_id)
SELECT agreements.id, 'delredovisning', organisations.id FROM agreements, organisations
WHERE agreements.slug = 'nara-vard-2020' AND organisations.code = 'socialstyrelsen';
INSERT INTO report_addressees (agreement_id, key, organisation_id)
SELECT agreements.id, 'slutredovisning', organisations.id FROM agreements, organisations
WHERE agreements.slug = 'nara-vard-2020' AND organisations.code = 'socialstyrelsen';
INSERT INTO report_addressees (agreement_id, key, organisation_id)
SELECT agreements.id, 'delrapport', organisations.id FROM agreements, organisations
WHERE agreements.slug = 'nara-vard-2020' AND organisations.code = 'socialdepartementet';
INSERT INTO report_addressees (agreement_id, key, organisation_id)
SELECT agreements.id, 'verksamhetsrapport', organisations.id FROM agreements, organisations
WHERE agreements.slug = 'nara-vard-2020' AND organisations.code = 'socialdepartementet';

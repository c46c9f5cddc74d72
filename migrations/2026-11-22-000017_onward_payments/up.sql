-- Who pays is kept with the list: a successor's name is not what the bank was told.
ALTER TABLE onward_lists ADD COLUMN payer TEXT NOT NULL DEFAULT '';
ALTER TABLE onward_lists ADD COLUMN payer_number TEXT;
UPDATE onward_lists SET
    payer = (
        SELECT organisations.formal_name
        FROM onward_plans
        JOIN grants ON grants.id = onward_plans.grant_id
        JOIN organisations ON organisations.id = grants.holder_id
        WHERE onward_plans.id = onward_lists.plan_id
    ),
    payer_number = (
        SELECT organisations.organisation_number
        FROM onward_plans
        JOIN grants ON grants.id = onward_plans.grant_id
        JOIN organisations ON organisations.id = grants.holder_id
        WHERE onward_plans.id = onward_lists.plan_id
    );

-- A payment that the bank did not make, as it stood on its list. What was to be paid waits for another list.
CREATE TABLE onward_failed_payments (
    list_id TEXT NOT NULL REFERENCES onward_lists (id),
    application_id TEXT NOT NULL REFERENCES onward_applications (id),
    payment TEXT NOT NULL,
    entries TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (list_id, application_id)
);

-- Two who change one unit do not overwrite each other.
ALTER TABLE onward_units ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

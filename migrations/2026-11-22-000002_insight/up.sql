-- Insight (insyn): which organisation may read which agreement. Who had what, and when, is in the agreement's history.
CREATE TABLE insights (
    agreement_id TEXT NOT NULL REFERENCES agreements (id),
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    given_by TEXT NOT NULL,
    given_at TIMESTAMP NOT NULL,
    PRIMARY KEY (agreement_id, organisation_id)
);
CREATE INDEX insights_organisation ON insights (organisation_id);

-- Whether its agreements are on the public page.
ALTER TABLE organisations ADD COLUMN publishes BOOLEAN NOT NULL DEFAULT TRUE;

-- A table on its way into a proposal: as it was read, what its columns are, and whom its rows are about. One for each
-- proposal, gone when it is used.
CREATE TABLE proposal_imports (
    proposal_id TEXT NOT NULL PRIMARY KEY REFERENCES proposals (id),
    -- Another with every change.
    stamp TEXT NOT NULL,
    file_name TEXT NOT NULL,
    sheets TEXT NOT NULL,
    mapping TEXT NOT NULL,
    resolutions TEXT NOT NULL,
    uploaded_by TEXT NOT NULL,
    uploaded_at TIMESTAMP NOT NULL
);

-- Agreements that are being prepared: everything that is typed, as it was typed, until it is published.
CREATE TABLE proposals (
    id TEXT NOT NULL PRIMARY KEY,
    authority_id TEXT NOT NULL REFERENCES organisations (id),
    copied_from TEXT REFERENCES agreements (id),
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    form TEXT NOT NULL,
    allocation TEXT NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL
);

CREATE INDEX proposals_of_authority ON proposals (authority_id, id);

-- Chains of history that belong to no aggregate: how many lines each has had, how many of the oldest are removed, and the
-- hash of the last of those, which the first that is left goes on from.
CREATE TABLE chains (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    removed_hash TEXT NOT NULL
);
INSERT INTO chains (id, version, removed, removed_hash) VALUES ('access', 0, 0, '');
CREATE INDEX history_person ON history (person_id);

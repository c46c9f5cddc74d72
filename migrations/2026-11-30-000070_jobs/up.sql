-- Work outside a request. `key` names the work, so that it is queued once. `leased_by` is a new id for each lease.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'failed')),
    due_at TIMESTAMP NOT NULL,
    tries INTEGER NOT NULL,
    leased_until TIMESTAMP,
    leased_by TEXT NOT NULL,
    last_error TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
CREATE INDEX jobs_due ON jobs (state, kind, due_at);

-- What waits for its scan is found without reading the content of every file.
CREATE INDEX files_scanned ON files (scanned);

-- The files that wait for their scan, and those that could not be scanned. The ids are made here, in the order in which the
-- files are due: a file's own id may have been made by a page. files.scan_tries and files.scan_at are not used any more.
INSERT INTO jobs (id, kind, subject, key, state, due_at, tries, leased_until, leased_by, last_error, created_at, finished_at)
    SELECT '00000000-0000-7000-8000-'
            || SUBSTR(CAST(1000000000000 + ROW_NUMBER() OVER (ORDER BY scan_at, uploaded_at, sha256) AS TEXT), 2),
        'scan', id, 'scan:' || id, 'waiting', scan_at, scan_tries, NULL, '', '', uploaded_at, NULL
    FROM files
    WHERE scanned = 'waiting';
INSERT INTO jobs (id, kind, subject, key, state, due_at, tries, leased_until, leased_by, last_error, created_at, finished_at)
    SELECT '00000000-0000-7000-9000-'
            || SUBSTR(CAST(1000000000000 + ROW_NUMBER() OVER (ORDER BY scan_at, uploaded_at, sha256) AS TEXT), 2),
        'scan', id, 'scan:' || id, 'failed', scan_at, scan_tries + 1, NULL, '', 'clamd gav inget besked om filen', uploaded_at,
        scan_at
    FROM files
    WHERE scanned = 'impossible';

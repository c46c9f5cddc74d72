UPDATE files
SET scan_tries = (SELECT tries FROM jobs WHERE key = 'scan:' || files.id),
    scan_at = (SELECT due_at FROM jobs WHERE key = 'scan:' || files.id)
WHERE scanned = 'waiting' AND EXISTS (SELECT 1 FROM jobs WHERE key = 'scan:' || files.id);
DROP INDEX files_scanned;
DROP INDEX jobs_due;
DROP TABLE jobs;

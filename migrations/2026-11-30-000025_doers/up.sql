-- Who did it, by id: two people may share a name. Of what was stored before, only the name is known.
ALTER TABLE issues ADD COLUMN issued_by_id TEXT;
ALTER TABLE report_issues ADD COLUMN issued_by_id TEXT;
ALTER TABLE payments ADD COLUMN reversed_by_id TEXT;
ALTER TABLE survey_lists ADD COLUMN imported_by_id TEXT;

ALTER TABLE survey_lists DROP COLUMN imported_by_id;
ALTER TABLE payments DROP COLUMN reversed_by_id;
ALTER TABLE report_issues DROP COLUMN issued_by_id;
ALTER TABLE issues DROP COLUMN issued_by_id;

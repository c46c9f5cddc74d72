DROP TABLE allocations;
UPDATE organisations SET kind = 'reader' WHERE code = 'socialstyrelsen';
ALTER TABLE agreements DROP COLUMN report_until;
ALTER TABLE agreements DROP COLUMN requisition_until;

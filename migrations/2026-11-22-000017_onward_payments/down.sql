ALTER TABLE onward_units DROP COLUMN revision;
DROP TABLE onward_failed_payments;
ALTER TABLE onward_lists DROP COLUMN payer_number;
ALTER TABLE onward_lists DROP COLUMN payer;

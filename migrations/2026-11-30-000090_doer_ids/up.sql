-- Who did it, by id, in the rows that had a name alone. Of what was stored before, only the name is known.
ALTER TABLE payments ADD COLUMN registered_by_id TEXT;
ALTER TABLE repayments ADD COLUMN registered_by_id TEXT;
ALTER TABLE extensions ADD COLUMN decided_by_id TEXT;
ALTER TABLE insights ADD COLUMN given_by_id TEXT;
ALTER TABLE successions ADD COLUMN registered_by_id TEXT;
ALTER TABLE files ADD COLUMN uploaded_by_id TEXT;
ALTER TABLE proposal_imports ADD COLUMN uploaded_by_id TEXT;
ALTER TABLE cases ADD COLUMN asked_by_id TEXT;
ALTER TABLE onward_plans ADD COLUMN approved_by_id TEXT;
ALTER TABLE onward_lists ADD COLUMN made_by_id TEXT;
ALTER TABLE onward_entries ADD COLUMN by_whom_id TEXT;
ALTER TABLE onward_failed_payments ADD COLUMN by_whom_id TEXT;

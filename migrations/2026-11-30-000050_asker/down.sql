ALTER TABLE account_requests DROP COLUMN asker_id;

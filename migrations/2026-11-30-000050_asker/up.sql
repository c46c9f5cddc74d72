-- The organisation that asks for accounts, where it is another than the one that pays: the agreements give Socialdepartementet the
-- right too (2021 §7.1, 2022 §7.1, 2020 §10.1).
ALTER TABLE account_requests ADD COLUMN asker_id TEXT;

-- What the types promise, held by the database too: keys, amounts and versions, and rows that columns name.
-- Nothing is copied: both databases add a CHECK to a table that is there, and read the rows once.

ALTER TABLE organisations ADD CONSTRAINT organisations_kind_check CHECK (kind IN ('municipality', 'association', 'region', 'rss', 'provider', 'authority', 'reader'));
ALTER TABLE organisations ADD CONSTRAINT organisations_version_check CHECK (version >= 0);
ALTER TABLE people ADD CONSTRAINT people_version_check CHECK (version >= 0);
ALTER TABLE people ADD CONSTRAINT people_failed_codes_check CHECK (failed_codes >= 0 AND earlier_failed_codes >= 0);
ALTER TABLE memberships ADD CONSTRAINT memberships_role_check CHECK (role IN ('ekonom', 'ekonomichef', 'foretradare', 'handlaggare', 'beslutsfattare', 'utbetalare', 'insyn', 'administrator'));
ALTER TABLE sessions ADD CONSTRAINT sessions_method_check CHECK (method IN ('losenord', 'losenord_kod', 'losenord_passkey', 'oidc', 'ovning'));
ALTER TABLE sign_in_requests ADD CONSTRAINT sign_in_requests_purpose_check CHECK (purpose IN ('logga-in', 'bekrafta', 'knyt'));
ALTER TABLE sign_in_steps ADD CONSTRAINT sign_in_steps_tries_check CHECK (tries >= 0);
ALTER TABLE sign_in_attempts ADD CONSTRAINT sign_in_attempts_failures_check CHECK (failures >= 0);
ALTER TABLE invitations ADD CONSTRAINT invitations_role_check CHECK (role IN ('ekonom', 'ekonomichef', 'foretradare', 'handlaggare', 'beslutsfattare', 'utbetalare', 'insyn', 'administrator'));
ALTER TABLE invitations ADD CONSTRAINT invitations_purpose_check CHECK ((role IS NULL) <> (person_id IS NULL));
ALTER TABLE second_factors ADD CONSTRAINT second_factors_last_step_check CHECK (last_step >= 0);
ALTER TABLE passkeys ADD CONSTRAINT passkeys_sign_count_check CHECK (sign_count >= 0);
ALTER TABLE passkey_challenges ADD CONSTRAINT passkey_challenges_purpose_check CHECK (purpose IN ('register', 'sign_in', 'confirm'));
ALTER TABLE agreements ADD CONSTRAINT agreements_version_check CHECK (version > 0);
ALTER TABLE agreements ADD CONSTRAINT agreements_repayment_account_kind_check CHECK (repayment_account_kind IN ('', 'bankgiro', 'plusgiro'));
ALTER TABLE allocations ADD CONSTRAINT allocations_place_check CHECK (version > 0 AND position > 0);
ALTER TABLE allocations ADD CONSTRAINT allocations_amount_check CHECK (amount >= 0);
ALTER TABLE grants ADD CONSTRAINT grants_version_check CHECK (version > 0);
ALTER TABLE grants ADD CONSTRAINT grants_reference_check CHECK (reference > 0);
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_account_check CHECK (account IN ('allocated', 'requisitioned', 'approved', 'paid_out', 'reported', 'costs', 'repaid'));
ALTER TABLE cases ADD CONSTRAINT cases_status_check CHECK (
    (kind = 'requisition' AND status IN ('draft', 'awaiting_signature', 'submitted', 'returned', 'approved', 'refused', 'withdrawn', 'discarded'))
    OR (kind = 'report' AND status IN ('draft', 'awaiting_certificate', 'awaiting_signature', 'submitted', 'returned', 'approved'))
    OR (kind = 'account_request' AND status IN ('open', 'answered', 'closed') AND due IS NOT NULL)
    OR (kind = 'further_report' AND status IN ('draft', 'submitted'))
);
ALTER TABLE files ADD CONSTRAINT files_size_check CHECK (size >= 0);
ALTER TABLE files ADD CONSTRAINT files_scanned_check CHECK (scanned IN ('not', 'clean', 'waiting', 'impossible', 'infected'));
ALTER TABLE jobs ADD CONSTRAINT jobs_tries_check CHECK (tries >= 0);
ALTER TABLE payments ADD CONSTRAINT payments_reversal_check CHECK ((reversed_by IS NULL) = (reversed_at IS NULL) AND (reversed_by IS NULL) = (reversal_reason IS NULL));
ALTER TABLE repayments ADD CONSTRAINT repayments_amount_check CHECK (amount <> 0);
ALTER TABLE repayments ADD CONSTRAINT repayments_revision_check CHECK (revision > 0);
ALTER TABLE extensions ADD CONSTRAINT extensions_kind_check CHECK (kind IN ('rekvisition', 'redovisning', 'aterbetalning'));
ALTER TABLE successions ADD CONSTRAINT successions_kind_check CHECK (kind IN ('merger', 'split'));
ALTER TABLE history ADD CONSTRAINT history_seq_check CHECK (seq > 0);
ALTER TABLE chains ADD CONSTRAINT chains_removed_check CHECK (removed >= 0 AND version >= removed);
ALTER TABLE proposals ADD CONSTRAINT proposals_status_check CHECK (status IN ('draft', 'proposed', 'published', 'discarded'));
ALTER TABLE proposals ADD CONSTRAINT proposals_version_check CHECK (version > 0 AND revision > 0 AND replaces_version >= 0);
ALTER TABLE onward_plans ADD CONSTRAINT onward_plans_version_check CHECK (version >= 0 AND revision > 0);
ALTER TABLE onward_units ADD CONSTRAINT onward_units_size_check CHECK (size >= 0);
ALTER TABLE onward_units ADD CONSTRAINT onward_units_revision_check CHECK (revision > 0);
ALTER TABLE onward_applications ADD CONSTRAINT onward_applications_status_check CHECK (status IN ('invited', 'received', 'refused', 'granted', 'reported'));
ALTER TABLE onward_applications ADD CONSTRAINT onward_applications_revision_check CHECK (link >= 0 AND revision > 0);
ALTER TABLE onward_lists ADD CONSTRAINT onward_lists_number_check CHECK (number > 0);
ALTER TABLE onward_entries ADD CONSTRAINT onward_entries_account_check CHECK (account IN ('reserve', 'award', 'return'));
ALTER TABLE onward_entries ADD CONSTRAINT onward_entries_amount_check CHECK (amount <> 0);

-- A column becomes a reference by way of a new one, which takes its name: SQLite adds no reference to a column that is there.
ALTER TABLE grants ADD COLUMN holder_id_new TEXT REFERENCES organisations (id);
UPDATE grants SET holder_id_new = holder_id;
DROP INDEX grants_holder;
ALTER TABLE grants DROP COLUMN holder_id;
ALTER TABLE grants RENAME COLUMN holder_id_new TO holder_id;
ALTER TABLE grants ALTER COLUMN holder_id SET NOT NULL;
CREATE INDEX grants_holder ON grants (holder_id);
ALTER TABLE cases ADD COLUMN created_by_new TEXT REFERENCES people (id);
ALTER TABLE cases ADD COLUMN asker_id_new TEXT REFERENCES organisations (id);
UPDATE cases SET created_by_new = created_by, asker_id_new = asker_id WHERE created_by IS NOT NULL OR asker_id IS NOT NULL;
ALTER TABLE cases DROP COLUMN created_by;
ALTER TABLE cases RENAME COLUMN created_by_new TO created_by;
ALTER TABLE cases DROP COLUMN asker_id;
ALTER TABLE cases RENAME COLUMN asker_id_new TO asker_id;
ALTER TABLE editions ADD COLUMN issued_by_id_new TEXT REFERENCES people (id);
UPDATE editions SET issued_by_id_new = issued_by_id WHERE issued_by_id IS NOT NULL;
ALTER TABLE editions DROP COLUMN issued_by_id;
ALTER TABLE editions RENAME COLUMN issued_by_id_new TO issued_by_id;
ALTER TABLE payments ADD COLUMN reversed_by_id_new TEXT REFERENCES people (id);
UPDATE payments SET reversed_by_id_new = reversed_by_id WHERE reversed_by_id IS NOT NULL;
ALTER TABLE payments DROP COLUMN reversed_by_id;
ALTER TABLE payments RENAME COLUMN reversed_by_id_new TO reversed_by_id;
ALTER TABLE survey_lists ADD COLUMN imported_by_id_new TEXT REFERENCES people (id);
UPDATE survey_lists SET imported_by_id_new = imported_by_id WHERE imported_by_id IS NOT NULL;
ALTER TABLE survey_lists DROP COLUMN imported_by_id;
ALTER TABLE survey_lists RENAME COLUMN imported_by_id_new TO imported_by_id;

-- What is looked up.
CREATE INDEX memberships_organisation ON memberships (organisation_id);
CREATE INDEX organisations_number ON organisations (organisation_number);
CREATE INDEX payments_paid_on ON payments (paid_on);
CREATE INDEX invitations_email ON invitations (email);
CREATE INDEX sessions_created ON sessions (created_at);
CREATE INDEX known_browsers_age ON known_browsers (last_used_at);
CREATE INDEX onward_entries_application ON onward_entries (application_id);

-- Onward distribution (vidarefördelning): a recipient hands its grant on to care providers.

-- How a grant is handed on: as typed, and as it was decided. An aggregate of its own, with a history of its own.
CREATE TABLE onward_plans (
    id TEXT NOT NULL PRIMARY KEY,
    grant_id TEXT NOT NULL UNIQUE REFERENCES grants (id),
    draft TEXT NOT NULL,
    model TEXT,
    approved_by TEXT NOT NULL,
    approved_at TIMESTAMP,
    revision BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- The providers' units, each in its organisation's own register.
CREATE TABLE onward_units (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    provider_number TEXT NOT NULL,
    provider TEXT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    is_private BOOLEAN NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    elsewhere TEXT NOT NULL,
    is_closed BOOLEAN NOT NULL,
    UNIQUE (organisation_id, provider_number, name_key)
);

-- A unit's way through a grant: one row from the invitation to the report back.
CREATE TABLE onward_applications (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES onward_plans (id),
    unit_id TEXT NOT NULL REFERENCES onward_units (id),
    status TEXT NOT NULL,
    state TEXT NOT NULL,
    link INTEGER NOT NULL,
    revision BIGINT NOT NULL,
    UNIQUE (plan_id, unit_id)
);
CREATE INDEX onward_applications_unit ON onward_applications (unit_id);

-- What is handed to the municipality's own payment system at one time.
CREATE TABLE onward_lists (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES onward_plans (id),
    number INTEGER NOT NULL,
    pay_on DATE NOT NULL,
    account TEXT NOT NULL,
    bic TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    UNIQUE (plan_id, number)
);

-- The movements of what is handed on. Added, never changed, but for the list that an award comes to stand on.
CREATE TABLE onward_entries (
    id TEXT NOT NULL PRIMARY KEY,
    plan_id TEXT NOT NULL REFERENCES onward_plans (id),
    application_id TEXT REFERENCES onward_applications (id),
    account TEXT NOT NULL,
    amount BIGINT NOT NULL,
    day DATE NOT NULL,
    reference TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at TIMESTAMP NOT NULL,
    list_id TEXT REFERENCES onward_lists (id)
);
CREATE INDEX onward_entries_plan ON onward_entries (plan_id);

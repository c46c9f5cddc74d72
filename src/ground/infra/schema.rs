//! The tables as Diesel sees them; `migrations/` is the truth.

diesel::table! {
    chains (id) {
        id -> Text,
        version -> BigInt,
        removed -> BigInt,
        removed_hash -> Text,
    }
}

diesel::table! {
    settings (key) {
        key -> Text,
        value -> Text,
    }
}

diesel::table! {
    organisations (id) {
        id -> Text,
        code -> Text,
        kind -> Text,
        name -> Text,
        formal_name -> Text,
        county -> Text,
        organisation_number -> Nullable<Text>,
        version -> BigInt,
        publishes -> Bool,
    }
}

diesel::table! {
    organisation_aliases (organisation_id, alias) {
        organisation_id -> Text,
        alias -> Text,
    }
}

diesel::table! {
    people (id) {
        id -> Text,
        email -> Text,
        name -> Text,
        password_hash -> Text,
        created_at -> Timestamp,
        last_sign_in_at -> Nullable<Timestamp>,
        version -> BigInt,
        failed_codes -> Integer,
        failed_codes_since -> Nullable<Timestamp>,
        earlier_failed_codes -> Integer,
        earlier_failed_codes_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    memberships (person_id, organisation_id, role) {
        person_id -> Text,
        organisation_id -> Text,
        role -> Text,
        valid_from -> Nullable<Date>,
        valid_to -> Nullable<Date>,
        decision -> Text,
        confirmed -> Bool,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Text,
        person_id -> Text,
        organisation_id -> Text,
        created_at -> Timestamp,
        last_seen_at -> Timestamp,
        id -> Text,
        method -> Text,
        provider -> Text,
        provider_session -> Text,
        browser -> Text,
        authenticated_at -> Timestamp,
        confirmed_at -> Timestamp,
        confirmation -> Text,
        token_before -> Text,
    }
}

diesel::table! {
    identities (id) {
        id -> Text,
        person_id -> Text,
        organisation_id -> Text,
        issuer -> Text,
        subject -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
    }
}

diesel::table! {
    sign_in_requests (state_hash) {
        state_hash -> Text,
        browser_hash -> Text,
        provider -> Text,
        purpose -> Text,
        nonce -> Text,
        verifier -> Text,
        action -> Text,
        fields -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    agreements (id) {
        id -> Text,
        slug -> Text,
        code -> Text,
        year -> Integer,
        authority_id -> Text,
        definition -> Text,
        agreement_diarienummer -> Text,
        decision_diarienummer -> Text,
        version -> BigInt,
        repayment_account_kind -> Text,
        repayment_account -> Text,
        series -> Text,
        requisition_until -> Nullable<Date>,
        report_until -> Nullable<Date>,
    }
}

diesel::table! {
    allocations (agreement_id, version, position) {
        agreement_id -> Text,
        version -> Integer,
        position -> Integer,
        post -> Text,
        recipient_id -> Text,
        published_name -> Text,
        published_share -> Text,
        amount -> BigInt,
    }
}

diesel::table! {
    proposal_imports (proposal_id) {
        proposal_id -> Text,
        stamp -> Text,
        file_name -> Text,
        sheets -> Text,
        mapping -> Text,
        resolutions -> Text,
        uploaded_by -> Text,
        uploaded_by_id -> Nullable<Text>,
        uploaded_at -> Timestamp,
    }
}

diesel::table! {
    proposals (id) {
        id -> Text,
        authority_id -> Text,
        copied_from -> Nullable<Text>,
        name -> Text,
        status -> Text,
        state -> Text,
        form -> Text,
        allocation -> Text,
        version -> BigInt,
        revision -> BigInt,
        replaces -> Nullable<Text>,
        replaces_version -> Integer,
        editors -> Text,
        saved -> Text,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Text,
        person_id -> Text,
        organisation_id -> Text,
        name -> Text,
        address -> Text,
        saved_at -> Timestamp,
    }
}

diesel::table! {
    insights (agreement_id, organisation_id) {
        agreement_id -> Text,
        organisation_id -> Text,
        given_by -> Text,
        given_by_id -> Nullable<Text>,
        given_at -> Timestamp,
    }
}

diesel::table! {
    grants (id) {
        id -> Text,
        agreement_id -> Text,
        recipient_id -> Text,
        holder_id -> Text,
        version -> BigInt,
        requisition_until -> Nullable<Date>,
        report_until -> Nullable<Date>,
        repayment_until -> Nullable<Date>,
        reference -> Integer,
    }
}

diesel::table! {
    ledger_entries (id) {
        id -> Text,
        grant_id -> Text,
        post -> Text,
        account -> Text,
        amount -> BigInt,
        at -> Timestamp,
        subject -> Nullable<Text>,
    }
}

diesel::table! {
    cases (id) {
        id -> Text,
        kind -> Text,
        grant_id -> Text,
        part -> Text,
        number -> Integer,
        status -> Text,
        state -> Text,
        draft -> Text,
        version -> Integer,
        revision -> BigInt,
        is_shown -> Bool,
        created_by -> Nullable<Text>,
        created_at -> Timestamp,
        received_at -> Nullable<Timestamp>,
        approved_at -> Nullable<Timestamp>,
        officer_id -> Nullable<Text>,
        saved_by -> Text,
        saved_at -> Nullable<Timestamp>,
        asks_for -> Text,
        due -> Nullable<Date>,
        asked_by -> Text,
        asked_by_id -> Nullable<Text>,
        asker_id -> Nullable<Text>,
    }
}

diesel::table! {
    editions (case_id, version) {
        case_id -> Text,
        version -> Integer,
        content -> Text,
        warnings -> Text,
        fingerprint -> Text,
        issued_by -> Text,
        issued_by_id -> Nullable<Text>,
        issued_at -> Timestamp,
        recipient -> Text,
        certificate -> Nullable<Text>,
    }
}

diesel::table! {
    files (id) {
        id -> Text,
        case_id -> Text,
        file_name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        uploaded_by -> Text,
        uploaded_by_id -> Nullable<Text>,
        uploaded_at -> Timestamp,
        content -> Binary,
        scanned -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        subject -> Text,
        key -> Text,
        state -> Text,
        due_at -> Timestamp,
        tries -> Integer,
        leased_until -> Nullable<Timestamp>,
        leased_by -> Text,
        last_error -> Text,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    answers (id) {
        id -> Text,
        content -> Text,
        answer -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    payments (id) {
        id -> Text,
        requisition_id -> Text,
        amount -> BigInt,
        paid_on -> Date,
        reference -> Text,
        registered_by -> Text,
        registered_by_id -> Nullable<Text>,
        registered_at -> Timestamp,
        reversed_by -> Nullable<Text>,
        reversed_at -> Nullable<Timestamp>,
        reversal_reason -> Nullable<Text>,
        reversed_by_id -> Nullable<Text>,
    }
}

diesel::table! {
    survey_answers (agreement_id, recipient_id) {
        agreement_id -> Text,
        recipient_id -> Text,
    }
}

diesel::table! {
    survey_lists (agreement_id) {
        agreement_id -> Text,
        imported_by -> Text,
        imported_at -> Timestamp,
        imported_by_id -> Nullable<Text>,
    }
}

diesel::table! {
    repayments (id) {
        id -> Text,
        authority_id -> Text,
        grant_id -> Nullable<Text>,
        amount -> BigInt,
        received_on -> Date,
        reference -> Text,
        payer -> Text,
        revision -> BigInt,
        registered_by -> Text,
        registered_by_id -> Nullable<Text>,
        registered_at -> Timestamp,
        state -> Text,
    }
}

diesel::table! {
    report_addressees (agreement_id, key) {
        agreement_id -> Text,
        key -> Text,
        organisation_id -> Text,
    }
}

diesel::table! {
    extensions (id) {
        id -> Text,
        grant_id -> Text,
        kind -> Text,
        until -> Date,
        decision -> Text,
        reason -> Text,
        decided_by -> Text,
        decided_by_id -> Nullable<Text>,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    history (stream, seq) {
        stream -> Text,
        seq -> BigInt,
        at -> Timestamp,
        person_id -> Text,
        person -> Text,
        organisation -> Text,
        event -> Text,
        subject -> Text,
        details -> Text,
        reason -> Text,
        previous -> Text,
        hash -> Text,
    }
}

diesel::table! {
    former_names (id) {
        id -> Text,
        organisation_id -> Text,
        name -> Text,
        formal_name -> Text,
        until -> Date,
    }
}

diesel::table! {
    successions (id) {
        id -> Text,
        authority_id -> Text,
        kind -> Text,
        day -> Date,
        decision -> Text,
        reason -> Text,
        registered_by -> Text,
        registered_by_id -> Nullable<Text>,
        registered_at -> Timestamp,
    }
}

diesel::table! {
    succession_grants (succession_id, grant_id) {
        succession_id -> Text,
        grant_id -> Text,
        from_id -> Text,
        to_id -> Text,
    }
}

diesel::table! {
    invitations (id) {
        id -> Text,
        token_hash -> Text,
        organisation_id -> Text,
        email -> Text,
        role -> Nullable<Text>,
        confirmed -> Bool,
        person_id -> Nullable<Text>,
        invited_by -> Nullable<Text>,
        invited_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    second_factors (person_id) {
        person_id -> Text,
        secret -> Text,
        last_step -> BigInt,
        confirmed_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkeys (id) {
        id -> Text,
        person_id -> Text,
        credential_hash -> Text,
        name -> Text,
        credential -> Text,
        sign_count -> BigInt,
        added_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    passkey_challenges (challenge_hash) {
        challenge_hash -> Text,
        person_id -> Text,
        purpose -> Text,
        scope -> Text,
        state -> Text,
        made_at -> Timestamp,
        used -> Bool,
    }
}

diesel::table! {
    recovery_codes (code_hash) {
        code_hash -> Text,
        person_id -> Text,
    }
}

diesel::table! {
    sign_in_steps (token_hash) {
        token_hash -> Text,
        person_id -> Text,
        destination -> Text,
        held -> Text,
        started_at -> Timestamp,
        tries -> Integer,
    }
}

diesel::table! {
    sign_in_attempts (account, browser) {
        account -> Text,
        browser -> Text,
        failures -> Integer,
        last_at -> Timestamp,
    }
}

diesel::table! {
    known_browsers (token_hash, person_id) {
        token_hash -> Text,
        person_id -> Text,
        last_used_at -> Timestamp,
    }
}

diesel::table! {
    onward_plans (id) {
        id -> Text,
        grant_id -> Text,
        draft -> Text,
        model -> Nullable<Text>,
        approved_by -> Text,
        approved_by_id -> Nullable<Text>,
        approved_at -> Nullable<Timestamp>,
        revision -> BigInt,
        version -> BigInt,
        saved_by -> Text,
        saved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    onward_units (id) {
        id -> Text,
        organisation_id -> Text,
        provider_number -> Text,
        provider -> Text,
        name -> Text,
        name_key -> Text,
        is_private -> Bool,
        kind -> Text,
        size -> Integer,
        elsewhere -> Text,
        is_closed -> Bool,
        revision -> BigInt,
        saved_by -> Text,
        saved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    onward_applications (id) {
        id -> Text,
        plan_id -> Text,
        unit_id -> Text,
        status -> Text,
        state -> Text,
        link -> Integer,
        revision -> BigInt,
        saved_by -> Text,
        saved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    onward_lists (id) {
        id -> Text,
        plan_id -> Text,
        number -> Integer,
        pay_on -> Date,
        account -> Text,
        bic -> Text,
        payer -> Text,
        payer_number -> Nullable<Text>,
        made_by -> Text,
        made_by_id -> Nullable<Text>,
        made_at -> Timestamp,
    }
}

diesel::table! {
    onward_failed_payments (list_id, application_id) {
        list_id -> Text,
        application_id -> Text,
        payment -> Text,
        entries -> Text,
        reason -> Text,
        by_whom -> Text,
        by_whom_id -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    onward_entries (id) {
        id -> Text,
        plan_id -> Text,
        application_id -> Nullable<Text>,
        account -> Text,
        amount -> BigInt,
        day -> Date,
        reference -> Text,
        by_whom -> Text,
        by_whom_id -> Nullable<Text>,
        at -> Timestamp,
        list_id -> Nullable<Text>,
    }
}

diesel::joinable!(organisation_aliases -> organisations (organisation_id));
diesel::joinable!(memberships -> people (person_id));
diesel::joinable!(memberships -> organisations (organisation_id));
diesel::joinable!(sessions -> people (person_id));
diesel::joinable!(identities -> people (person_id));
diesel::joinable!(identities -> organisations (organisation_id));
diesel::joinable!(agreements -> organisations (authority_id));
diesel::joinable!(allocations -> organisations (recipient_id));
diesel::joinable!(insights -> organisations (organisation_id));
diesel::joinable!(grants -> agreements (agreement_id));
diesel::joinable!(grants -> organisations (recipient_id));
diesel::joinable!(ledger_entries -> grants (grant_id));
diesel::joinable!(cases -> grants (grant_id));
diesel::joinable!(editions -> cases (case_id));
diesel::joinable!(payments -> cases (requisition_id));
diesel::joinable!(survey_answers -> organisations (recipient_id));
diesel::joinable!(repayments -> grants (grant_id));
diesel::joinable!(extensions -> grants (grant_id));
diesel::joinable!(report_addressees -> agreements (agreement_id));
diesel::joinable!(report_addressees -> organisations (organisation_id));
diesel::joinable!(succession_grants -> successions (succession_id));
diesel::joinable!(succession_grants -> grants (grant_id));
diesel::joinable!(invitations -> organisations (organisation_id));
diesel::joinable!(invitations -> people (invited_by));
diesel::joinable!(known_browsers -> people (person_id));
diesel::joinable!(sign_in_steps -> people (person_id));
diesel::joinable!(onward_plans -> grants (grant_id));
diesel::joinable!(onward_units -> organisations (organisation_id));
diesel::joinable!(onward_applications -> onward_plans (plan_id));
diesel::joinable!(onward_applications -> onward_units (unit_id));
diesel::joinable!(onward_lists -> onward_plans (plan_id));
diesel::joinable!(onward_entries -> onward_applications (application_id));
diesel::joinable!(onward_entries -> onward_plans (plan_id));
diesel::joinable!(onward_failed_payments -> onward_lists (list_id));

diesel::allow_tables_to_appear_in_same_query!(
    agreements,
    allocations,
    answers,
    cases,
    editions,
    extensions,
    files,
    former_names,
    grants,
    history,
    identities,
    insights,
    invitations,
    known_browsers,
    ledger_entries,
    memberships,
    onward_applications,
    onward_entries,
    onward_failed_payments,
    onward_lists,
    onward_plans,
    onward_units,
    organisation_aliases,
    organisations,
    passkey_challenges,
    passkeys,
    payments,
    people,
    proposal_imports,
    proposals,
    repayments,
    report_addressees,
    saved_views,
    second_factors,
    sessions,
    settings,
    sign_in_requests,
    sign_in_steps,
    succession_grants,
    successions,
    survey_answers,
    survey_lists,
);

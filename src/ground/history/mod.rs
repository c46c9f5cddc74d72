//! History (*historik*): who did what, when and why, for ever.
//!
//! Every verb writes one line, in its own transaction, to the stream of the aggregate it changed (a grant, an
//! agreement, an organisation). A line's number is the aggregate's version, and its hash covers the line before it: a changed, removed
//! or added line is found by `bidragsporten check`.

pub mod access_log;
pub mod store;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Value, json};

use crate::ground::infra::{conflict::Saved, hash::sha256_hex};

/// Who acts: the person, and for which organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    pub person_id: String,
    pub person: String,
    pub organisation: String,
}

impl Who {
    /// Somebody who is not known.
    pub fn nobody() -> Self {
        Self { person_id: String::new(), person: "Okänd".to_owned(), organisation: String::new() }
    }

    /// The program itself: at first start and for what an operator does on the command line.
    pub fn program() -> Self {
        Self { person_id: String::new(), person: "Bidragsporten".to_owned(), organisation: String::new() }
    }
}

macro_rules! events {
    ($($name:ident $key:literal $label:literal,)*) => {
        /// What happened, in the past tense.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Event {
            $($name,)*
            /// Written by a newer version of the program. Its line is shown as such, and holds as it is ([`Line::event`]).
            Unknown,
        }

        impl Event {
            pub fn key(self) -> &'static str {
                match self { $(Self::$name => $key,)* Self::Unknown => "unknown" }
            }

            pub fn parse(key: &str) -> Self {
                match key { $($key => Self::$name,)* _ => Self::Unknown }
            }

            /// What the reader of a timeline sees.
            pub fn label(self) -> &'static str {
                match self {
                    $(Self::$name => $label,)*
                    Self::Unknown => "Något hände som den här versionen av portalen inte känner till",
                }
            }
        }
    };
}

// One table of three columns instead of three functions to keep in step.
events! {
    AgreementPublished "agreement_published" "Villkoren publicerades",
    DiarienummerSet "diarienummer_set" "Diarienummer ändrades",
    WordsRenewed "words_renewed" "Källans ord kompletterades i portalen",
    Allocated "allocated" "Bidraget tilldelades",
    RequisitionStarted "requisition_started" "Rekvisitionen påbörjades",
    RequisitionDiscarded "requisition_discarded" "Utkastet togs bort",
    RequisitionIssued "requisition_issued" "Rekvisitionen gjordes klar för underskrift",
    RequisitionTakenBack "requisition_taken_back" "Rekvisitionen togs tillbaka från underskrift",
    RequisitionSigned "requisition_signed" "Rekvisitionen skrevs under och lämnades in",
    RequisitionScanned "requisition_scanned" "Den undertecknade rekvisitionen laddades upp och lämnades in",
    RequisitionArrived "requisition_arrived" "Den undertecknade rekvisitionen kom in på papper",
    RequisitionWithdrawn "requisition_withdrawn" "Rekvisitionen återkallades",
    RequisitionAssigned "requisition_assigned" "Handläggare utsågs",
    RequisitionReturned "requisition_returned" "Komplettering begärdes",
    RequisitionApproved "requisition_approved" "Rekvisitionen godkändes",
    RequisitionRefused "requisition_refused" "Rekvisitionen avslogs",
    PaymentRegistered "payment_registered" "Bidraget betalades ut",
    PaymentReversed "payment_reversed" "Registreringen av en utbetalning togs bort",
    ReportStarted "report_started" "Den ekonomiska redovisningen påbörjades",
    ReportIssued "report_issued" "Redovisningen lämnades till granskning och underskrift",
    ReportTakenBack "report_taken_back" "Redovisningen togs tillbaka för att ändras",
    CorrectionGivenUp "correction_given_up" "Rättelsen av redovisningen avbröts",
    ReportCertified "report_certified" "Redovisningen granskades och intygades",
    ReportSigned "report_signed" "Redovisningen skrevs under och lämnades in",
    ReportScanned "report_scanned" "Den undertecknade redovisningen laddades upp och lämnades in",
    ReportArrived "report_arrived" "Den undertecknade redovisningen kom in på papper",
    ReportAssigned "report_assigned" "Handläggare utsågs",
    ReportReturned "report_returned" "Komplettering begärdes",
    ReportApproved "report_approved" "Redovisningen godkändes",
    CorrectionStarted "correction_started" "Rättelse av den godkända redovisningen påbörjades",
    SurveyListImported "survey_list_imported" "Listan över enkätsvar lästes in",
    RepaymentAccountSet "repayment_account_set" "Kontot för återbetalning ändrades",
    RepaymentReceived "repayment_received" "Återbetalning kom in",
    RepaymentMatched "repayment_matched" "En inbetalning kopplades till bidraget",
    RepaymentUnmatched "repayment_unmatched" "En inbetalning kopplades bort från bidraget",
    ExcessReturned "excess_returned" "För mycket inbetalt betalades tillbaka",
    ExcessReturnStruck "excess_return_struck" "Registreringen av ett återbetalat överskott togs bort",
    ExtensionGranted "extension_granted" "Anstånd beviljades",
    AccountsRequested "accounts_requested" "Räkenskaper begärdes in",
    AccountsAnswered "accounts_answered" "Räkenskaperna lämnades in",
    AccountsClosed "accounts_closed" "Begäran om räkenskaper avslutades",
    MandateSet "mandate_set" "Ett uppdrag registrerades",
    InsightGiven "insight_given" "Insyn gavs",
    InsightTaken "insight_taken" "Insyn togs tillbaka",
    PublishingSwitchedOn "publishing_switched_on" "Öppna data slogs på",
    PublishingSwitchedOff "publishing_switched_off" "Öppna data stängdes av",
    DeadlinesDecided "deadlines_decided" "Sista dagar bestämdes",
    OrganisationAdded "organisation_added" "Organisationen lades till i registret",
    AliasAdded "alias_added" "Ett alias lades till",
    AliasTakenAway "alias_taken_away" "Ett alias togs bort",
    OrganisationRenamed "organisation_renamed" "Namnet ändrades",
    OrganisationNumberSet "organisation_number_set" "Organisationsnumret ändrades",
    SuccessionRegistered "succession_registered" "En efterföljare registrerades",
    GrantTakenOver "grant_taken_over" "Bidraget gick över till en efterföljare",
    ProposalStarted "proposal_started" "Förslaget påbörjades",
    ProposalProposed "proposal_proposed" "Förslaget lades fram för beslut",
    ProposalTakenBack "proposal_taken_back" "Förslaget togs tillbaka",
    ProposalReturned "proposal_returned" "Förslaget lämnades tillbaka",
    ProposalPublished "proposal_published" "Förslaget publicerades som överenskommelse",
    ProposalTableRead "proposal_table_read" "En fördelningstabell lästes in",
    FurtherReportSigned "further_report_signed" "Rapporten skrevs under och lämnades in",
    FurtherReportReturned "further_report_returned" "Komplettering av rapporten begärdes",
    AllocationReplaced "allocation_replaced" "Fördelningen ersattes",
    IdentityRegistered "identity_registered" "En person loggade in för första gången, med organisationens identitet",
    IdentityLinked "identity_linked" "Organisationens identitet knöts till en person",
    SignedIn "signed_in" "Loggade in",
    SignInRefused "sign_in_refused" "Inloggningen nekades",
    SignedOut "signed_out" "Loggade ut",
    AccessRefused "access_refused" "Åtkomst nekades",
    PersonRemoved "person_removed" "Ett konto togs bort",
    AccessLogPruned "access_log_pruned" "Den äldsta delen av åtkomstloggen togs bort",
    ColleagueInvited "colleague_invited" "En kollega bjöds in",
    InvitationWithdrawn "invitation_withdrawn" "En inbjudan drogs tillbaka",
    InvitationAccepted "invitation_accepted" "En inbjudan togs emot",
    RoleGiven "role_given" "En roll gavs",
    RoleTaken "role_taken" "En roll togs bort",
    MembershipEnded "membership_ended" "Någon lämnade organisationen",
    MandateConfirmed "mandate_confirmed" "Ett uppdrag bekräftades",
    PasswordResetOffered "password_reset_offered" "En länk för nytt lösenord gjordes",
    PasswordChanged "password_changed" "Lösenordet byttes",
    PasswordReset "password_reset" "Ett nytt lösenord valdes med en länk",
    SecondFactorSet "second_factor_set" "Tvåstegsinloggning slogs på",
    SecondFactorRemoved "second_factor_removed" "Tvåstegsinloggning slogs av",
    RecoveryCodesMade "recovery_codes_made" "Nya reservkoder gjordes",
    RecoveryCodeUsed "recovery_code_used" "En reservkod användes",
    OnwardBegun "onward_begun" "Vidarefördelningen påbörjades",
    OnwardModelApproved "onward_model_approved" "Fördelningsmodellen fastställdes",
    OnwardModelReopened "onward_model_reopened" "Fördelningsmodellen öppnades för ändring",
    OnwardUnitAdded "onward_unit_added" "En enhet lades till i registret",
    OnwardUnitChanged "onward_unit_changed" "En enhet i registret ändrades",
    OnwardUnitsImported "onward_units_imported" "En lista med enheter lästes in",
    OnwardInvited "onward_invited" "Enheter bjöds in att ansöka",
    OnwardLinkRenewed "onward_link_renewed" "En enhet fick en ny länk",
    OnwardApplied "onward_applied" "En ansökan kom in",
    OnwardAwarded "onward_awarded" "Medel beviljades",
    OnwardRefused "onward_refused" "En ansökan avslogs",
    OnwardReserveSet "onward_reserve_set" "Reserven ändrades",
    OnwardListMade "onward_list_made" "En betalningslista gjordes",
    OnwardReported "onward_reported" "En återrapport kom in",
    OnwardReportReturned "onward_report_returned" "Komplettering av en återrapport begärdes",
    OnwardMoneyReturned "onward_money_returned" "Medel kom tillbaka",
    OnwardGivenBack "onward_given_back" "En ansökan lämnades tillbaka för att rättas",
    OnwardReturnsStruck "onward_returns_struck" "Registreringen av medel som kommit tillbaka togs bort",
    OnwardPaymentsFailed "onward_payments_failed" "Banken betalade inte allt på en betalningslista",
    OnwardPaymentMade "onward_payment_made" "Banken hade betalat ändå",
    OnwardAccountChanged "onward_account_changed" "En enhet fick ett annat konto",
    OnwardUnpaidTakenBack "onward_unpaid_taken_back" "Ett belopp som inte är utbetalt återtogs",
    OnwardDaysMoved "onward_days_moved" "Fördelningsmodellens dagar flyttades fram",
    OnwardTakenOver "onward_taken_over" "Vidarefördelningen gick över till en efterträdare",
    OnwardReportFilled "onward_report_filled" "Avsnitt 3 i den ekonomiska redovisningen fylldes i",
    PasskeyAdded "passkey_added" "En passkey lades till",
    PasskeyRemoved "passkey_removed" "En passkey togs bort",
    AppRemoved "app_removed" "Appen som visar koder togs bort",
    FileLockedIn "file_locked_in" "En fil spärrades: virusgenomsökningen hittade skadlig kod",
    SessionsEnded "sessions_ended" "Inloggningar avslutades av den som driver portalen",
    ProposalDiscarded "proposal_discarded" "Förslaget lades ned",
    ProposalTableDiscarded "proposal_table_discarded" "En inläst tabell togs bort utan att användas",
}

impl Event {
    /// What happens to an organisation in the register.
    pub const OF_REGISTER: [Self; 6] = [
        Self::OrganisationAdded,
        Self::AliasAdded,
        Self::AliasTakenAway,
        Self::OrganisationRenamed,
        Self::OrganisationNumberSet,
        Self::SuccessionRegistered,
    ];

    /// What an organisation's administrator does, and what comes of it.
    pub const OF_COLLEAGUES: [Self; 9] = [
        Self::ColleagueInvited,
        Self::InvitationWithdrawn,
        Self::InvitationAccepted,
        Self::RoleGiven,
        Self::RoleTaken,
        Self::MembershipEnded,
        Self::MandateSet,
        Self::MandateConfirmed,
        Self::PasswordResetOffered,
    ];

    /// What a recipient does before it hands anything in, and is its own.
    pub const PREPARATIONS: [Self; 9] = [
        Self::RequisitionStarted,
        Self::RequisitionDiscarded,
        Self::ReportStarted,
        Self::ReportIssued,
        Self::ReportTakenBack,
        Self::ReportCertified,
        Self::CorrectionStarted,
        Self::CorrectionGivenUp,
        Self::MandateSet,
    ];
}

/// What is to be remembered.
#[derive(Debug, Clone)]
pub struct Entry {
    pub at: DateTime<Utc>,
    pub who: Who,
    pub event: Event,
    /// The case it is about, such as `AO22-1440-R1`; empty when it is the aggregate itself.
    pub subject: String,
    pub details: String,
    pub reason: String,
}

impl Entry {
    /// What happened, with its details: `Rekvisitionen godkändes`.
    pub fn what(&self) -> String {
        match self.details.as_str() {
            // What it says is for a version that knows who may read it.
            _ if self.event == Event::Unknown => self.event.label().to_owned(),
            "" => self.event.label().to_owned(),
            details => format!("{} ({details})", self.event.label()),
        }
    }

    /// As what made the present revision.
    pub fn saved(&self) -> Saved {
        Saved { by: self.who.person.clone(), at: self.at }
    }

    /// Who did it, and for whom.
    pub fn by(&self) -> String {
        match self.who.organisation.as_str() {
            "" => self.who.person.clone(),
            organisation => format!("{}, {organisation}", self.who.person),
        }
    }
}

/// An entry in its place in the chain.
#[derive(Debug, Clone)]
pub struct Line {
    pub stream: String,
    pub seq: i64,
    pub entry: Entry,
    /// The event's key as it is stored, known to this version or not.
    pub event: String,
    pub previous: String,
    pub hash: String,
}

impl Line {
    fn new(stream: String, seq: i64, entry: Entry, previous: String) -> Self {
        let event = entry.event.key().to_owned();
        let mut line = Self { stream, seq, entry, event, previous, hash: String::new() };
        line.hash = line.computed_hash();
        line
    }

    /// What the hash covers, in this order.
    fn fields(&self) -> [(&'static str, Value); 11] {
        let entry = &self.entry;
        [
            ("stream", json!(self.stream)),
            ("seq", json!(self.seq)),
            // UTC, to the microsecond.
            ("at", json!(entry.at.to_rfc3339_opts(SecondsFormat::Micros, true))),
            ("person_id", json!(entry.who.person_id)),
            ("person", json!(entry.who.person)),
            ("organisation", json!(entry.who.organisation)),
            ("event", json!(self.event)),
            ("subject", json!(entry.subject)),
            ("details", json!(entry.details)),
            ("reason", json!(entry.reason)),
            ("previous", json!(self.previous)),
        ]
    }

    /// A JSON array has one spelling for each content: no two lines hash alike by moving text between fields.
    fn computed_hash(&self) -> String {
        let values = self.fields().map(|(_, value)| value);
        sha256_hex(json!(values).to_string())
    }
}

/// As an auditor gets it: the fields in the order in which the hash covers them, and then the hash.
impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.fields() {
            map.serialize_entry(name, &value)?;
        }
        map.serialize_entry("hash", &self.hash)?;
        map.end()
    }
}

/// Where a chain begins: from nothing, or from the last of those lines that were removed when they had been kept long enough.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Beginning {
    pub removed: i64,
    pub hash: String,
}

/// Where a stream's chain does not hold, in words for the operator; `None` when all of it does.
fn first_break(stream: &str, version: i64, from: &Beginning, lines: &[Line]) -> Option<String> {
    let mut previous = from.hash.clone();
    for (expected, line) in (from.removed + 1..).zip(lines) {
        if line.seq != expected {
            return Some(format!("{stream}: rad {expected} saknas"));
        }
        if line.previous != previous || line.hash != line.computed_hash() {
            return Some(format!("{stream}: rad {expected} ({}) är ändrad", line.event));
        }
        previous.clone_from(&line.hash);
    }
    let count = from.removed + lines.len() as i64;
    (count != version)
        .then(|| format!("{stream}: {count} rader i historiken, men {version} ändringar har gjorts"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chain() -> Vec<Line> {
        let mut previous = String::new();
        (1..=3)
            .map(|seq| {
                let entry = Entry {
                    at: DateTime::UNIX_EPOCH,
                    who: Who::program(),
                    event: Event::RequisitionStarted,
                    subject: "AO22-1440-R1".to_owned(),
                    details: String::new(),
                    reason: String::new(),
                };
                let line = Line::new("s".to_owned(), seq, entry, previous.clone());
                previous.clone_from(&line.hash);
                line
            })
            .collect()
    }

    #[test]
    fn an_untouched_chain_holds() {
        assert_eq!(first_break("s", 3, &Beginning::default(), &chain()), None);
    }

    #[test]
    fn a_changed_a_removed_and_a_cut_off_line_are_found() {
        let whole = Beginning::default();
        let mut changed = chain();
        changed[1].entry.reason = "annat skäl".to_owned();
        assert!(first_break("s", 3, &whole, &changed).unwrap().contains("rad 2"));

        let mut rehashed = changed;
        rehashed[1].hash = rehashed[1].computed_hash();
        assert!(first_break("s", 3, &whole, &rehashed).unwrap().contains("rad 3"));

        let mut removed = chain();
        removed.remove(1);
        assert!(first_break("s", 3, &whole, &removed).unwrap().contains("rad 2 saknas"));

        assert!(first_break("s", 3, &whole, &chain()[..2]).unwrap().contains("2 rader"));
    }

    #[test]
    fn an_event_of_a_newer_version_is_unknown_and_its_line_holds() {
        let mut line = chain().remove(0);
        line.event = "reminded_by_carrier_pigeon".to_owned();
        line.entry.event = Event::parse(&line.event);
        line.hash = line.computed_hash();
        assert_eq!(line.entry.event, Event::Unknown);
        assert!(line.entry.what().contains("inte känner till"));
        assert_eq!(first_break("s", 1, &Beginning::default(), std::slice::from_ref(&line)), None);
        line.event = "reminded_by_owl".to_owned();
        assert!(first_break("s", 1, &Beginning::default(), &[line]).unwrap().contains("rad 1"));
    }

    #[test]
    fn the_oldest_lines_are_removed_without_breaking_the_rest() {
        let lines = chain();
        let from = Beginning { removed: 1, hash: lines[0].hash.clone() };
        assert_eq!(first_break("s", 3, &from, &lines[1..]), None);
        assert!(first_break("s", 3, &from, &lines[2..]).unwrap().contains("rad 2 saknas"));
        let other = Beginning { hash: lines[1].hash.clone(), ..from };
        assert!(first_break("s", 3, &other, &lines[1..]).unwrap().contains("rad 2"));
    }
}

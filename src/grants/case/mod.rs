//! Cases (*ärenden*): what is drafted, fixed for signature, signed, received, returned and decided. Requisition, report, request
//! for accounts and further report are [kinds](Kind) of it: each has its own states and transitions, and all share this frame
//! of rows, verbs and files. The two that are forms share their head as well (Bilaga 2 punkt 1 and the diarienummer of
//! punkt 2).

pub mod alike;
mod came_in;
pub mod head;
mod kind;
pub mod pages;
pub mod rules;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod verbs;

pub use came_in::CameIn;
pub use kind::{Case, Handled, Kind};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use self::store::Attachment;
use crate::{
    ground::infra::{form::FieldErrors, hash::sha256_hex},
    people::{access::Doer, recipient::Organisation},
};
use values::{Id, calendar};

/// How a form was signed (*underskrift i original av behörig företrädare*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Signature {
    /// In the portal, by a signatory who confirmed who he or she is again.
    Portal { by: Doer },
    /// On paper; the recipient uploaded the scan.
    Scan { attachment: Id<Attachment>, uploaded_by: Doer },
    /// On paper; the authority has the original.
    Original {
        arrived: NaiveDate,
        registered_by: Doer,
        /// When, and the scan of it. What was stored before they were kept has neither.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        registered_at: Option<DateTime<Utc>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        attachment: Option<Id<Attachment>>,
    },
}

/// An original is registered within so many days of its arrival. When it is not, whoever decides and pays is told.
const MOST_DAYS_TO_REGISTER: i64 = 3;

impl Signature {
    /// Who signed in the portal, or put the signed paper into it.
    pub fn by(&self) -> &Doer {
        match self {
            Self::Portal { by } => by,
            Self::Scan { uploaded_by, .. } => uploaded_by,
            Self::Original { registered_by, .. } => registered_by,
        }
    }

    /// The scan of what was signed on paper.
    pub fn scan(&self) -> Option<Id<Attachment>> {
        match self {
            Self::Portal { .. } => None,
            Self::Scan { attachment, .. } => Some(*attachment),
            Self::Original { attachment, .. } => *attachment,
        }
    }

    /// Registered from paper by this doer, who is then not the one who approves it.
    pub fn is_registered_by(&self, doer: &Doer) -> bool {
        matches!(self, Self::Original { registered_by, .. } if registered_by.is_same_as(doer))
    }

    /// That the day of arrival is long before the day it was registered, in words; nothing when it is not.
    pub fn backdated(&self) -> Option<String> {
        let Self::Original { arrived, registered_by, registered_at: Some(at), .. } = self else {
            return None;
        };
        let days = (calendar::day(*at) - *arrived).num_days();
        (days > MOST_DAYS_TO_REGISTER).then(|| {
            format!(
                "Originalet registrerades {} av {registered_by}, {days} dagar efter ankomstdagen {}. ({})",
                calendar::long_date(calendar::day(*at)),
                calendar::long_date(*arrived),
                rules::Caution::RegisteredLater
            )
        })
    }
}

/// What an officer says about a field, or what the portal asked about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldRemark {
    pub field: String,
    pub text: String,
}

/// The content of a form as it was fixed for signature. Never changed: a correction is a new edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition<C> {
    pub version: i32,
    pub content: C,
    /// What the recipient was asked to look at twice, and confirmed.
    pub warnings: Vec<FieldRemark>,
    pub fingerprint: String,
    pub issued_by: Doer,
    pub issued_at: DateTime<Utc>,
    /// *Bidragsmottagare*, by its formal name when it was issued: it may be called something else by now, or have a
    /// successor.
    pub recipient: String,
}

impl<C: Serialize> Edition<C> {
    /// Fixes the content. The fingerprint covers what the document says and which document it is.
    pub fn new(
        case_number: &str,
        recipient: &Organisation,
        version: i32,
        content: C,
        warnings: Vec<FieldRemark>,
        issued_by: Doer,
        issued_at: DateTime<Utc>,
    ) -> Self {
        Self {
            version,
            fingerprint: fingerprint(case_number, &recipient.code, version, &content),
            content,
            warnings,
            issued_by,
            issued_at,
            recipient: recipient.formal_name.clone(),
        }
    }
}

impl<C> Edition<C> {
    /// What whoever decides on it, pays it or signs it takes a second look at: what the recipient was asked about, and an
    /// original that was registered long after it came.
    pub fn to_look_at(&self, signature: Option<&Signature>) -> Vec<String> {
        to_look_at(&self.warnings, signature)
    }
}

/// The same of the warnings alone.
pub fn to_look_at(warnings: &[FieldRemark], signature: Option<&Signature>) -> Vec<String> {
    let asked = warnings.iter().map(|warning| warning.text.clone());
    asked.chain(signature.and_then(Signature::backdated)).collect()
}

/// Warns that the answer to a request for completion says what the form said before.
pub fn warn_unchanged(warnings: &mut FieldErrors) {
    warnings.broken(
        "",
        rules::Caution::Unchanged,
        "Du har inte ändrat något sedan myndigheten begärde komplettering.",
    );
}

/// Of what a document says and which document it is.
fn fingerprint(case_number: &str, recipient_code: &str, version: i32, content: &impl Serialize) -> String {
    sha256_hex(serde_json::json!([case_number, recipient_code, version, content]).to_string())
}

/// An edition as it is stored, to be held against its fingerprint.
pub struct StoredEdition {
    pub case_number: String,
    pub version: i32,
    pub content: String,
    pub fingerprint: String,
}

impl StoredEdition {
    /// What is wrong with it. Whoever held the grant when it was issued is one of these recipients, by their codes.
    pub fn fault(&self, codes: &[&str]) -> Option<String> {
        let content: serde_json::Value = serde_json::from_str(&self.content).unwrap_or_default();
        let fits =
            |code: &&str| fingerprint(&self.case_number, code, self.version, &content) == self.fingerprint;
        let own = self.case_number.split('-').nth(1).unwrap_or_default();
        if fits(&own) || codes.iter().any(fits) {
            return None;
        }
        Some(format!(
            "{} version {}: innehållet är inte det som gjordes klart för underskrift",
            self.case_number, self.version
        ))
    }
}

/// Remarks at the fields of a form.
#[derive(Debug, Clone, Default)]
pub struct Remarks(pub Vec<FieldRemark>);

impl Remarks {
    /// The remark at a field, empty when there is none.
    pub fn of(&self, field: &str) -> &str {
        self.0.iter().find(|remark| remark.field == field).map_or("", |remark| &remark.text)
    }
}

/// What the files of a grant's cases may come to, in bytes: a great many scans.
pub const MOST_BYTES: i64 = 200 * MEGABYTE;
const MEGABYTE: i64 = 1024 * 1024;

/// There is no room for a file among those of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "Filerna i bidragets ärenden får sammanlagt vara högst {} MB, och {} MB är redan uppladdat. Ta bort filer som inte är inlämnade, eller skanna med lägre upplösning.",
    MOST_BYTES / MEGABYTE, .used / MEGABYTE
)]
pub struct NoRoom {
    used: i64,
}

/// The day cannot be when an original came in.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{day} kan inte vara ankomstdag: {reason}. (R114)")]
pub struct ImpossibleArrival {
    day: NaiveDate,
    reason: &'static str,
}

/// The moment that counts for an original that arrived on a day: the middle of it, or now when that day is today. It cannot
/// have come before `earliest`: the day the form was issued, or the first day of the agreement's period.
pub fn arrival(
    day: NaiveDate,
    earliest: NaiveDate,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, ImpossibleArrival> {
    let today = calendar::day(now);
    if day > today {
        return Err(ImpossibleArrival { day, reason: "den ligger i framtiden" });
    }
    if day < earliest {
        return Err(ImpossibleArrival { day, reason: "blanketten fanns inte än" });
    }
    Ok(if day == today { now } else { calendar::start_of(day) + chrono::Duration::hours(12) })
}

/// The day an officer says that a form on paper arrived.
pub fn parse_arrival(typed: &str) -> Result<NaiveDate, String> {
    typed.trim().parse().map_err(|_| {
        format!("Skriv ankomstdagen som ÅÅÅÅ-MM-DD, till exempel 2022-11-28. ({})", rules::Rule::Arrival)
    })
}

//! The form in which a case officer gives an extension.

use serde::Deserialize;

use super::{Extension, Kind, rules::Rule};
use crate::{ground::infra::form::FieldErrors, people::access::Act};
use values::{Id, Line, LineError, Prose, ProseError};

/// As typed. The names are those of the controls on the grant's page, which has other forms too.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ExtensionForm {
    pub kind: String,
    pub until: String,
    pub decision: String,
    pub reason: String,
    /// How many extensions the page showed.
    pub seen: Option<usize>,
    /// `ja`: the new day has passed, and that is meant.
    pub day_has_passed: String,
}

impl ExtensionForm {
    /// A day that has passed is meant.
    pub fn passed_is_meant(&self) -> bool {
        self.day_has_passed == "ja"
    }

    pub fn parse(&self, act: &Act) -> Result<Extension, FieldErrors> {
        let mut errors = FieldErrors::default();
        let kind = Kind::parse(&self.kind).ok_or("Välj vilken dag anståndet gäller.");
        let kind = errors.read("kind", Rule::Kind, kind);
        let until = self.until.trim().parse();
        let until = until.map_err(|_| "Skriv den nya sista dagen som ÅÅÅÅ-MM-DD, till exempel 2022-12-15.");
        let until = errors.read("until", Rule::Until, until);
        let decision = Line::<60>::parse(&self.decision).map_err(|error| match error {
            LineError::Empty => "Ange er beteckning på beslutet.".to_owned(),
            error => error.to_string(),
        });
        let decision = errors.read("decision", Rule::Decision, decision);
        let reason = Prose::<1000>::parse(&self.reason).map_err(|error| match error {
            ProseError::Empty => "Skriv skälet till anståndet.".to_owned(),
            error => error.to_string(),
        });
        let reason = errors.read("reason", Rule::Reason, reason);
        match (kind, until, decision, reason) {
            (Some(kind), Some(until), Some(decision), Some(reason)) => Ok(Extension {
                id: Id::new(),
                kind,
                until,
                decision: decision.to_string(),
                reason: reason.to_string(),
                decided_by: act.doer(),
                decided_at: act.now,
            }),
            _ => Err(errors),
        }
    }
}

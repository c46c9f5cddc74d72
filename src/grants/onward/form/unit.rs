//! The form of a unit; a row of an imported list is read by the same rules.

use serde::{Deserialize, Serialize};

use super::{line, whole};
use crate::{
    grants::onward::{rules::Rule, unit::Content},
    ground::infra::form::FieldErrors,
};
use values::{
    Line, ProviderNumber,
    text::{fold, same},
};

/// The fields as typed. Their names are the keys of an imported list's columns too.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnitForm {
    pub provider_number: String,
    pub provider: String,
    pub name: String,
    /// `privat` or `kommunal`.
    pub regime: String,
    pub kind: String,
    pub size: String,
    /// Empty when it is in the municipality.
    pub municipality: String,
    /// `ja` when there is no such unit any more.
    pub closed: String,
}

impl UnitForm {
    pub fn of(content: &Content, is_closed: bool) -> Self {
        Self {
            provider_number: content.provider_number.whole(),
            provider: content.provider.to_string(),
            name: content.name.to_string(),
            regime: content.regime().to_lowercase(),
            kind: content.kind.to_string(),
            size: content.size.to_string(),
            municipality: content.elsewhere.as_ref().map(ToString::to_string).unwrap_or_default(),
            closed: if is_closed { "ja".to_owned() } else { String::new() },
        }
    }

    /// Each field's label, what stands here, and what stands in another.
    pub fn beside(&self, other: &Self) -> Vec<(String, String, String)> {
        let each = self.fields().into_iter().zip(other.fields());
        each.map(|((label, mine), (_, theirs))| (label.to_owned(), mine.to_owned(), theirs.to_owned()))
            .collect()
    }

    fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("Utförarens nummer", &self.provider_number),
            ("Utförare", &self.provider),
            ("Enhetens namn", &self.name),
            ("Regiform", &self.regime),
            ("Verksamhet", &self.kind),
            ("Storlek", &self.size),
            ("Annan kommun", &self.municipality),
            ("Nedlagd", &self.closed),
        ]
    }

    /// `own` are the names that the municipality itself answers to.
    ///
    /// # Errors
    /// All that is to be mended, in the form's order.
    pub fn parse(&self, own: &[&str]) -> Result<Content, FieldErrors> {
        let mut errors = FieldErrors::default();
        let number = ProviderNumber::parse(&self.provider_number);
        let number = errors.read("provider_number", Rule::ProviderNumber, number);
        let provider =
            errors.read("provider", Rule::ProviderName, line(&self.provider, "Skriv utförarens namn."));
        let name = errors.read("name", Rule::UnitName, line(&self.name, "Skriv enhetens namn."));
        let is_private = errors.read("regime", Rule::Regime, is_private(&self.regime));
        let kind = errors.read(
            "kind",
            Rule::UnitKind,
            line(&self.kind, "Skriv enhetens verksamhet, till exempel Hemtjänst."),
        );
        let size = errors.read("size", Rule::Size, whole(&self.size));
        let elsewhere =
            errors.read_optional("municipality", Rule::Elsewhere, &self.municipality, Line::parse);
        let content = (|| {
            let elsewhere: Option<Line<60>> = elsewhere?;
            let is_own = |name: &Line<60>| own.iter().any(|own| same(own, name.as_str()));
            Some(Content {
                provider_number: number?,
                provider: provider?,
                name: name?,
                is_private: is_private?,
                kind: kind?,
                size: size?,
                elsewhere: elsewhere.filter(|name| !is_own(name)),
            })
        })();
        content.ok_or(errors)
    }
}

fn is_private(typed: &str) -> Result<bool, &'static str> {
    match fold(typed).as_str() {
        "privat" | "enskild" | "p" => Ok(true),
        "kommunal" | "egen regi" | "offentlig" | "k" => Ok(false),
        _ => Err("Ange regiform: privat eller kommunal."),
    }
}

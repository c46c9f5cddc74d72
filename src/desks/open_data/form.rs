//! A page's address, from its query to a [`View`] and back; and the authority's switch.

use serde::Deserialize;

use super::{Switch, View, field};
use crate::ground::infra::form::FieldErrors;
use table::Sort;
use values::Line;

/// Longer than any name; what is kept is kept under what is typed.
const LONGEST: usize = 60;

/// What the address asks for; what cannot be read is as if it were not there. Of a repeated key the first counts.
pub fn parse(query: &str) -> View {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    let value = |key: &str| {
        let found = pairs.iter().find(|(name, _)| name == key)?;
        let text: String = found.1.trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then_some(text)
    };
    View {
        search: value("sok").unwrap_or_default(),
        meant: Vec::new(),
        county: value("lan"),
        sort: value("sortera")
            .map(|typed| Sort::parse(&typed))
            .filter(|sort| !sort.key.is_empty())
            .unwrap_or_default(),
        measure: value("matt").and_then(|key| field::measure(&key)),
    }
}

impl View {
    /// The query of its address; begins with `?` unless empty.
    pub fn query(&self) -> String {
        let sort = Some(self.sort.written()).filter(|_| !self.sort.key.is_empty());
        let pairs: Vec<(&str, &str)> = [
            ("sok", self.search.as_str()),
            ("lan", self.county.as_deref().unwrap_or_default()),
            ("sortera", sort.as_deref().unwrap_or_default()),
            ("matt", self.measure_key()),
        ]
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
        match serde_html_form::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SwitchForm {
    pub publishes: String,
    pub reason: String,
}

impl SwitchForm {
    pub fn parse(&self) -> Result<Switch, FieldErrors> {
        let mut errors = FieldErrors::default();
        match self.publishes.as_str() {
            "ja" => return Ok(Switch::On),
            "nej" => match Line::parse(&self.reason) {
                Ok(reason) => return Ok(Switch::Off { reason }),
                Err(fault) => errors.add("reason", fault.to_string()),
            },
            _ => errors.add("publishes", "Välj om uppgifterna ska vara öppna data."),
        }
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desks::dashboard::Measure;

    #[test]
    fn an_address_is_read_and_written_back() {
        let query = "?sok=%C3%A5re&lan=J%C3%A4mtlands+l%C3%A4n&sortera=-utbetalt&matt=inte_forbrukat";
        let view = parse(&query[1..]);
        assert_eq!((view.search.as_str(), view.measure), ("åre", Some(Measure::Unspent)));
        assert_eq!(view.query(), query);
        assert!(view.is_filtered() && !View::default().is_filtered());
        assert_eq!(View::default().query(), "");
    }

    #[test]
    fn any_bytes_give_a_view_and_a_short_one() {
        for odd in ["sok=%FF%FE", "%", "sok=%0", "matt=godkant", "lan[]=a", "a=b=c;d", "sortera=-", "&&="] {
            let view = parse(odd);
            assert_eq!(parse(view.query().trim_start_matches('?')), view, "{odd}");
        }
        assert_eq!(parse(&format!("sok={}", "å".repeat(9_000))).search.chars().count(), LONGEST);
        assert_eq!(parse("sok=a&sok=b").search, "a");
    }

    #[test]
    fn switching_off_says_why() {
        let form = |publishes: &str, reason: &str| SwitchForm {
            publishes: publishes.to_owned(),
            reason: reason.to_owned(),
        };
        assert_eq!(form("ja", "").parse().unwrap(), Switch::On);
        assert!(matches!(form("nej", "Beslut 2022:17").parse().unwrap(), Switch::Off { .. }));
        assert!(!form("nej", " ").parse().unwrap_err().of("reason").is_empty());
        assert!(!form("", "").parse().unwrap_err().of("publishes").is_empty());
    }
}

//! The overview's address: from its query to a [`View`], and back. What cannot be read is as if it were not there.

use super::{
    State,
    view::{Drawn, Group, View},
};
use table::Sort;
use values::{Money, parse_kronor_or_zero};

/// Longer than any name; a cache of pages is keyed by what is typed.
const LONGEST: usize = 100;
const YES: &str = "ja";

/// What the address asks for. Of a repeated key the first counts.
pub fn parse(query: &str) -> View {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    let value = |key: &str| {
        let found = pairs.iter().find(|(name, _)| name == key)?;
        let text: String = found.1.trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then_some(text)
    };
    let is_asked = |key| value(key).is_some_and(|value| value == YES);
    View {
        search: value("sok").unwrap_or_default(),
        meant: Vec::new(),
        county: value("lan"),
        state: value("lage").and_then(|key| State::parse(&key)),
        group: value("grupp").map(|key| Group::parse(&key)),
        unspent_above: value("over").and_then(|typed| parse_kronor_or_zero(&typed, "").ok()),
        late: is_asked("sena"),
        lapsed: is_asked("forfallet"),
        deviations: is_asked("alt2"),
        drawn: value("matt").and_then(|key| Drawn::parse(&key)),
        post: value("post"),
        sort: value("sortera")
            .map(|typed| Sort::parse(&typed))
            .filter(|sort| !sort.key.is_empty())
            .unwrap_or_default(),
    }
}

impl View {
    /// The query of its address, with what differs from the plain page; begins with `?` unless empty.
    pub fn query(&self) -> String {
        let mut pairs: Vec<(&str, String)> = Vec::new();
        let mut put = |key, value: Option<&str>| {
            pairs.extend(value.filter(|value| !value.is_empty()).map(|value| (key, value.to_owned())));
        };
        put("sok", Some(&self.search));
        put("lan", self.county.as_deref());
        put("lage", self.state.map(State::key));
        put("grupp", self.group.as_ref().map(Group::key));
        put("over", self.unspent_above.map(Money::plain).map(|plain| plain.to_string()).as_deref());
        put("sena", self.late.then_some(YES));
        put("forfallet", self.lapsed.then_some(YES));
        put("alt2", self.deviations.then_some(YES));
        put("matt", self.drawn.map(Drawn::key));
        put("post", self.post.as_deref());
        put("sortera", Some(&self.sort.written()).filter(|_| !self.sort.key.is_empty()).map(|s| s.as_str()));
        match serde_html_form::to_string(pairs) {
            Ok(query) if !query.is_empty() => format!("?{query}"),
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_written_back() {
        let query = "?sok=%C3%A5re&lan=J%C3%A4mtlands+l%C3%A4n&lage=forfallen&grupp=golv&over=100000&sena=ja&alt2=ja\
                     &matt=andel&post=bas&sortera=-kvar";
        let view = parse(&query[1..]);
        assert_eq!(view.search, "åre");
        assert_eq!(view.county.as_deref(), Some("Jämtlands län"));
        assert_eq!(view.state, Some(State::Lapsed));
        assert_eq!(view.group, Some(Group::AtFloor));
        assert_eq!(view.unspent_above, Some(Money::kronor(100_000)));
        assert!(view.late && view.deviations);
        assert_eq!(view.drawn, Some(Drawn::UnspentShare));
        assert_eq!(view.sort, Sort { key: "kvar".to_owned(), descending: true });
        assert_eq!(view.query(), query);
        assert_eq!(View::default().query(), "");
    }

    #[test]
    fn what_cannot_be_read_is_as_if_it_were_not_there() {
        for bad in ["", "sok=", "lage=trasig", "over=mycket", "sena=nej", "annat=1", "&&=", "lan=+"] {
            assert_eq!(parse(bad), View::default(), "{bad}");
        }
        assert_eq!(parse("sok=a&sok=b").search, "a");
        assert_eq!(parse(&format!("sok={}", "a".repeat(5_000))).search.len(), LONGEST);
        assert_eq!(parse("over=100+000").unspent_above, Some(Money::kronor(100_000)));
    }

    #[test]
    fn any_bytes_give_a_view() {
        for odd in ["sok=%FF%FE", "%", "sok=%0", "sok=\u{0}", "lage[]=inlamnad", "a=b=c;d", "sortera=-"] {
            let view = parse(odd);
            assert_eq!(parse(view.query().trim_start_matches('?')), view, "{odd}");
        }
    }
}

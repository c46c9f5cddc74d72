//! The overview's address: from its query to a [`View`], and back. What cannot be read is as if it were not there.

use super::{
    State,
    view::{Column, Sort, View},
};

/// Longer than any name; a cache of pages is keyed by what is typed.
const LONGEST: usize = 100;

/// What the address asks for. Of a repeated key the first counts.
pub fn parse(query: &str) -> View {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(query).unwrap_or_default();
    let value = |key: &str| {
        let found = pairs.iter().find(|(name, _)| name == key)?;
        let text: String = found.1.trim().chars().take(LONGEST).collect();
        (!text.is_empty()).then_some(text)
    };
    View {
        search: value("sok").unwrap_or_default(),
        county: value("lan"),
        state: value("lage").and_then(|key| State::parse(&key)),
        post: value("post"),
        sort: value("sortera").and_then(|key| parse_sort(&key)).unwrap_or_default(),
    }
}

/// `kvar`, or `-kvar` for the largest first.
fn parse_sort(typed: &str) -> Option<Sort> {
    let (key, descending) = match typed.strip_prefix('-') {
        Some(key) => (key, true),
        None => (typed, false),
    };
    let column = Column::ALL.into_iter().find(|column| column.key() == key)?;
    Some(Sort { column, descending })
}

impl Sort {
    pub fn key(self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.column.key())
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
        put("post", self.post.as_deref());
        if self.sort != Sort::default() {
            put("sortera", Some(&self.sort.key()));
        }
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
        let query = "?sok=%C3%A5re&lan=J%C3%A4mtlands+l%C3%A4n&lage=forfallen&post=bas&sortera=-kvar";
        let view = parse(&query[1..]);
        assert_eq!(view.search, "åre");
        assert_eq!(view.county.as_deref(), Some("Jämtlands län"));
        assert_eq!(view.state, Some(State::Lapsed));
        assert_eq!(view.sort, Sort { column: Column::Left, descending: true });
        assert_eq!(view.query(), query);
        assert_eq!(View::default().query(), "");
    }

    #[test]
    fn what_cannot_be_read_is_as_if_it_were_not_there() {
        for bad in ["", "sok=", "lage=trasig", "sortera=-", "sortera=pengar", "annat=1", "&&=", "lan=+"] {
            assert_eq!(parse(bad), View::default(), "{bad}");
        }
        assert_eq!(parse("sok=a&sok=b").search, "a");
        assert_eq!(parse(&format!("sok={}", "a".repeat(5_000))).search.len(), LONGEST);
    }

    #[test]
    fn any_bytes_give_a_view() {
        for odd in ["sok=%FF%FE", "%", "sok=%0", "sok=\u{0}", "lage[]=inlamnad", "a=b=c;d"] {
            let view = parse(odd);
            assert_eq!(parse(view.query().trim_start_matches('?')), view, "{odd}");
        }
    }
}

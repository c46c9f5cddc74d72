//! Which rows of the overview, and in what order: what the address says.

use super::{AgreementPositions, Measure, Row, State};
use crate::{people::recipient::Organisation, terms::agreement::Terms};
use table::Sort;
use values::{
    Money,
    text::{Sought, sort_key},
};

#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Part of a name, or a number.
    pub search: String,
    /// The codes of those that are looked for by what does not stand in a row: an alias, a former name, a number on a paper.
    pub meant: Vec<String>,
    pub county: Option<String>,
    pub state: Option<State>,
    pub group: Option<Group>,
    /// More than this is unspent.
    pub unspent_above: Option<Money>,
    /// Something has not come in by its last day, and is still to come.
    pub late: bool,
    /// The right to something has lapsed.
    pub lapsed: bool,
    /// The finance head has certified with deviations (Alt 2).
    pub deviations: bool,
    /// What the pictures are of.
    pub drawn: Option<Drawn>,
    /// Only what is of this post.
    pub post: Option<String>,
    /// The rows are by name when it says nothing.
    pub sort: Sort,
}

/// What a picture is of: an amount, or what is unspent as a share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Drawn {
    Amount(Measure),
    UnspentShare,
}

impl Drawn {
    /// Those that say something.
    pub fn shown(is_paid: bool) -> impl Iterator<Item = Self> {
        Measure::shown(is_paid).map(Self::Amount).chain(is_paid.then_some(Self::UnspentShare))
    }

    /// What matters most at the time: what is unspent, or before anything is paid what is not requisitioned.
    pub fn usual(is_paid: bool) -> Self {
        Self::Amount(if is_paid { Measure::Unspent } else { Measure::Left })
    }

    /// In addresses.
    pub fn key(self) -> &'static str {
        match self {
            Self::Amount(measure) => measure.key(),
            Self::UnspentShare => "andel",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::shown(true).find(|drawn| drawn.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Amount(measure) => measure.label(),
            Self::UnspentShare => "Inte förbrukat, andel",
        }
    }
}

/// Some of the recipients, by what they were allocated.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Group {
    /// Those whose share is the floor (*minimibelopp*).
    AtFloor,
    /// Those who have a share of this post, such as the model municipalities.
    Holding(String),
}

impl Group {
    const FLOOR: &str = "golv";

    /// In addresses.
    pub fn key(&self) -> &str {
        match self {
            Self::AtFloor => Self::FLOOR,
            Self::Holding(post) => post,
        }
    }

    pub fn parse(key: &str) -> Self {
        if key == Self::FLOOR { Self::AtFloor } else { Self::Holding(key.to_owned()) }
    }

    /// Those that an agreement has.
    pub fn of(terms: &Terms) -> Vec<(Self, String)> {
        let floor = terms
            .posts
            .iter()
            .find_map(|post| post.floor)
            .map(|floor| (Self::AtFloor, format!("Minimibeloppet {}", Money::kronor(floor))));
        let holding =
            |post: &crate::terms::agreement::Post| (Self::Holding(post.key.clone()), post.name.clone());
        let posts = terms.posts.iter().filter(|_| terms.posts.len() > 1).map(holding);
        floor.into_iter().chain(posts).collect()
    }

    fn has(&self, row: &Row) -> bool {
        match self {
            Self::AtFloor => row.at_floor,
            Self::Holding(post) => row.posts.contains(post),
        }
    }
}

impl View {
    /// Without what this agreement does not have: a county or a post from another one's address.
    pub fn fitted_to(mut self, outcome: &AgreementPositions) -> Self {
        let terms = &outcome.agreement.terms;
        self.county = self.county.filter(|county| outcome.counties().contains(&county.as_str()));
        self.post = self.post.filter(|post| terms.post(post).is_some());
        self.group = self.group.filter(|group| Group::of(terms).iter().any(|(of, _)| of == group));
        self
    }

    /// The rows that it asks for, by name.
    pub fn select(&self, mut rows: Vec<Row>) -> Vec<Row> {
        let found = self.finder();
        rows.retain(|row| {
            found(&row.recipient)
                && self.state.is_none_or(|state| row.state == state)
                && self.group.as_ref().is_none_or(|group| group.has(row))
                && self
                    .unspent_above
                    .is_none_or(|least| row.figures.unspent().is_some_and(|unspent| unspent > least))
                && (!self.late || row.is_late())
                && (!self.lapsed || row.has_lapsed())
                && (!self.deviations || row.has_deviations())
        });
        rows.sort_by_cached_key(|row| sort_key(&row.recipient.name));
        rows
    }

    /// Whether a recipient is among those that are searched for.
    pub fn finder(&self) -> impl Fn(&Organisation) -> bool {
        let sought = Sought::new(&self.search);
        move |recipient| {
            self.county.as_ref().is_none_or(|county| recipient.county == *county)
                && (sought.is_empty()
                    || self.meant.contains(&recipient.code)
                    || sought.finds(&recipient.known_by()))
        }
    }

    /// The same rows in another order.
    pub fn sorted_by(&self, sort: Sort) -> Self {
        Self { sort, ..self.clone() }
    }

    /// For a file that goes on without its address.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        let mut say = |what: &str, value: Option<String>| {
            words.extend(value.filter(|value| !value.is_empty()).map(|value| format!("{what}: {value}")));
        };
        say("Sökt", Some(self.search.clone()));
        say("Län", self.county.clone());
        say("Läge", self.state.map(|state| state.label().to_owned()));
        say("Grupp", self.group.as_ref().map(|group| group.key().to_owned()));
        say("Inte förbrukat över", self.unspent_above.map(|least| least.to_string()));
        say("Bara sena", self.late.then(|| "ja".to_owned()));
        say("Bara förfallet", self.lapsed.then(|| "ja".to_owned()));
        say("Bara intygade med avvikelser (Alt 2)", self.deviations.then(|| "ja".to_owned()));
        say("Post", self.post.clone());
        if words.is_empty() { "Alla".to_owned() } else { words.join("; ") }
    }

    /// Something is filtered away.
    pub fn is_filtered(&self) -> bool {
        *self != Self { sort: self.sort.clone(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desks::dashboard::row::tests::row;

    fn rows() -> Vec<Row> {
        vec![
            row("Örebro", "1880", "Örebro län", (900, 0), State::NotStarted),
            row("Ale", "1440", "Västra Götalands län", (400, 400), State::Submitted),
            row("Åre", "2321", "Jämtlands län", (250, 0), State::NotStarted),
            row("SKR", "SKR", "", (250, 100), State::PartlyApproved),
            row("Älvkarleby", "0319", "Uppsala län", (250, 250), State::Approved),
        ]
    }

    fn names(view: &View, rows: Vec<Row>) -> Vec<String> {
        view.select(rows).into_iter().map(|row| row.recipient.name).collect()
    }

    #[test]
    fn a_search_finds_swedish_letters_codes_and_formal_names() {
        let search = |text: &str| names(&View { search: text.to_owned(), ..View::default() }, rows());
        assert_eq!(search(""), ["Ale", "SKR", "Åre", "Älvkarleby", "Örebro"]);
        assert_eq!(search(" ÖREBRO "), ["Örebro"]);
        assert_eq!(search("ä"), ["Älvkarleby"]);
        assert_eq!(search("1440"), ["Ale"]);
        assert_eq!(search("Ale kommun"), ["Ale"]);
        assert_eq!(search("440"), [""; 0]);
    }

    #[test]
    fn filters_go_together() {
        let county = Some("Jämtlands län".to_owned());
        let view = View { county, state: Some(State::NotStarted), ..View::default() };
        assert_eq!(names(&view, rows()), ["Åre"]);
        assert!(view.is_filtered() && !View::default().sorted_by(Sort::parse("-kvar")).is_filtered());
    }

    #[test]
    fn each_filter_keeps_those_it_names() {
        let mut rows = rows();
        for (row, unspent) in rows.iter_mut().zip([100, 101]) {
            row.figures.accounted_for = Money::kronor(500);
            row.figures.costs = Some(Money::kronor(500 - unspent));
        }
        rows[2].at_floor = true;
        rows[3].posts = vec!["skr".to_owned()];
        let of = |view: View| names(&view, rows.clone());
        assert_eq!(of(View { unspent_above: Some(Money::kronor(100)), ..View::default() }), ["Ale"]);
        assert_eq!(of(View { group: Some(Group::AtFloor), ..View::default() }), ["Åre"]);
        assert_eq!(of(View { group: Some(Group::parse("skr")), ..View::default() }), ["SKR"]);
        assert_eq!(of(View { late: true, ..View::default() }), [""; 0]);
        assert_eq!(of(View { lapsed: true, ..View::default() }), [""; 0]);
        assert_eq!(of(View { deviations: true, ..View::default() }), [""; 0]);
    }
}

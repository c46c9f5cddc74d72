//! What of a proposal names its posts, and follows them when a post is given another key or is removed.

use std::collections::{BTreeMap, HashSet};

use super::{
    form::{ProposalForm, STRIKE},
    rows::Row,
    spec::{self, Kind, PARTS, Shape},
};

/// Old key to new.
pub type Renamed = BTreeMap<String, String>;

/// The posts that were given another key on the page of posts, each in the row that it had.
pub fn renamed(before: &ProposalForm, posted: &[(String, String)]) -> Renamed {
    let sent = |name: &str| posted.iter().find(|(of, _)| of == name).map_or("", |(_, typed)| typed.trim());
    let other = |row: usize| {
        let name = format!("post-{row}-key");
        let (old, new) = (before.get(&name).trim(), sent(&name));
        let is_struck = !sent(&format!("post-{row}-{STRIKE}")).is_empty();
        let is_other = !old.is_empty() && !new.is_empty() && old != new && !is_struck;
        is_other.then(|| (old.to_owned(), new.to_owned()))
    };
    let mut renamed: Renamed = (0..before.rows("post")).filter_map(other).collect();
    // What is about a post that is struck does not become another's that gets its key.
    for row in 0..before.rows("post") {
        let old = before.get(&format!("post-{row}-key")).trim();
        let is_struck = !sent(&format!("post-{row}-{STRIKE}")).is_empty();
        if is_struck && renamed.values().any(|new| new == old) {
            renamed.insert(old.to_owned(), format!("{old}-borttagen"));
        }
    }
    renamed
}

/// The rows of the table under the posts' new keys.
pub fn rows_of_renamed(rows: &[Row], renamed: &Renamed) -> Vec<Row> {
    let key = |row: &Row| renamed.get(&row.post).unwrap_or(&row.post).clone();
    rows.iter().map(|row| Row { post: key(row), ..row.clone() }).collect()
}

/// What is about posts that the proposal does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Orphans {
    /// Terms that name nothing else.
    pub terms: usize,
    /// Terms that name a post that is there beside it.
    pub mentions: usize,
    pub rows: usize,
}

impl Orphans {
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

pub fn orphans(form: &ProposalForm, rows: &[Row]) -> Orphans {
    let known = known(form);
    let mut found = Orphans {
        rows: rows.iter().filter(|row| !known.contains(row.post.as_str())).count(),
        ..Orphans::default()
    };
    for name in names_of_posts(form) {
        let (there, gone): (Vec<&str>, Vec<&str>) =
            keys(form.get(&name)).partition(|key| known.contains(*key));
        match (there.is_empty() && is_of_a_list(&name), gone.is_empty()) {
            (_, true) => {}
            (true, false) => found.terms += 1,
            (false, false) => found.mentions += 1,
        }
    }
    found
}

/// Without what is about such posts alone; what names others beside them names the others.
pub fn without_orphans(form: &ProposalForm) -> ProposalForm {
    let known = known(form);
    let mut after = form.clone();
    let mut struck: HashSet<(String, usize)> = HashSet::new();
    for name in names_of_posts(form) {
        let (there, gone): (Vec<&str>, Vec<&str>) =
            keys(form.get(&name)).partition(|key| known.contains(*key));
        if gone.is_empty() {
            continue;
        }
        match row_of(&name).filter(|_| there.is_empty() && is_of_a_list(&name)) {
            Some(row) => {
                struck.insert(row);
            }
            None => after.set(&name, &there.join(", ")),
        }
    }
    after.without_rows(&struck)
}

pub fn rows_without_orphans(form: &ProposalForm, rows: &[Row]) -> Vec<Row> {
    let known = known(form);
    rows.iter().filter(|row| known.contains(row.post.as_str())).cloned().collect()
}

impl ProposalForm {
    /// With the posts' new keys wherever a post is named.
    pub fn with_renamed(&self, renamed: &Renamed) -> Self {
        let mut form = self.clone();
        for name in names_of_posts(self) {
            let after: Vec<&str> =
                keys(self.get(&name)).map(|key| renamed.get(key).map_or(key, String::as_str)).collect();
            form.set(&name, &after.join(", "));
        }
        form
    }

    /// Without some rows of its lists, the others closed up.
    fn without_rows(&self, struck: &HashSet<(String, usize)>) -> Self {
        let mut form = self.clone();
        let lists = PARTS.iter().flat_map(|part| part.blocks);
        for block in lists.filter(|block| matches!(block.shape, Shape::List { .. })) {
            let kept: Vec<usize> = (0..self.rows(block.place))
                .filter(|row| !struck.contains(&(block.place.to_owned(), *row)))
                .collect();
            if kept.len() == self.rows(block.place) {
                continue;
            }
            form.remove(|name| name.starts_with(&format!("{}-", block.place)));
            for (row, old) in kept.into_iter().enumerate() {
                for field in block.fields {
                    form.set(block.name(row, field.key), self.get(&block.name(old, field.key)));
                }
            }
        }
        form
    }
}

fn known(form: &ProposalForm) -> HashSet<String> {
    form.posts().into_iter().map(|(key, _)| key).collect()
}

fn keys(typed: &str) -> impl Iterator<Item = &str> {
    typed.split(',').map(str::trim).filter(|key| !key.is_empty())
}

/// The fields that name posts.
fn names_of_posts(form: &ProposalForm) -> Vec<String> {
    let names_posts = |name: &&str| {
        spec::find(name).is_some_and(|(_, field)| matches!(field.kind, Kind::Post | Kind::Posts))
    };
    form.fields().map(|(name, _)| name).filter(names_posts).map(str::to_owned).collect()
}

/// A row of a list that is about posts; a post itself stands, whichever it opens after.
fn is_of_a_list(name: &str) -> bool {
    row_of(name).is_some_and(|(list, _)| list != "post")
}

fn row_of(name: &str) -> Option<(String, usize)> {
    let (block, _) = spec::find(name)?;
    let row = name.strip_prefix(block.place)?.strip_prefix('-')?.split_once('-')?.0;
    Some((block.place.to_owned(), row.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::agreement::definition;

    fn of_2020() -> ProposalForm {
        let toml = include_str!("../../../agreements/nara-vard-2020/agreement.toml");
        ProposalForm::of(&definition::parse("agreement.toml", toml).unwrap())
    }

    fn row(post: &str) -> Row {
        Row { post: post.to_owned(), recipient: "0980".to_owned(), ..Row::default() }
    }

    #[test]
    fn what_names_a_post_follows_its_new_key() {
        let before = of_2020();
        let posted = [("post-0-key".to_owned(), "primarvard".to_owned())];
        let renamed = renamed(&before, &posted);
        assert_eq!(renamed, Renamed::from([("nara-vard".to_owned(), "primarvard".to_owned())]));
        let mut after = before.with_renamed(&renamed);
        after.set("post-0-key", "primarvard");
        assert!(!orphans(&after, &rows_of_renamed(&[row("nara-vard"), row("rss")], &renamed)).any());
        assert!(after.fields().all(|(name, typed)| !name.ends_with("posts") || !typed.contains("nara-vard")));
        after.read().unwrap();
    }

    #[test]
    fn what_is_about_a_struck_post_is_not_anothers_that_gets_its_key() {
        let before = of_2020();
        let (first, second) = (before.get("post-0-key").to_owned(), before.get("post-1-key").to_owned());
        let posted =
            [("post-0-key".to_owned(), second.clone()), (format!("post-1-{STRIKE}"), "ja".to_owned())];
        let renamed = renamed(&before, &posted);
        let rows = rows_of_renamed(&[row(&first), row(&second)], &renamed);
        assert_eq!(
            rows.iter().map(|row| row.post.as_str()).collect::<Vec<_>>(),
            [second.clone(), format!("{second}-borttagen")]
        );
        let mut after = before.with_renamed(&renamed);
        after.remove(|name| name.starts_with("post-1-"));
        after.set("post-0-key", &second);
        assert_eq!(orphans(&after, &rows).rows, 1);
    }

    #[test]
    fn what_is_about_removed_posts_alone_goes_and_the_rest_stays() {
        let mut form = of_2020();
        let uses = form.rows("permitted_use");
        form.remove(|name| name.starts_with("post-") && !name.starts_with("post-0-"));
        let rows = [row("nara-vard"), row("rss")];
        let found = orphans(&form, &rows);
        assert!(found.terms > 40 && found.rows == 1, "{found:?}");
        let after = without_orphans(&form);
        assert_eq!(orphans(&after, &rows_without_orphans(&form, &rows)), Orphans::default());
        assert!(after.rows("permitted_use") > 0 && after.rows("permitted_use") < uses);
        for row in 0..after.rows("permitted_use") {
            assert_eq!(after.get(&format!("permitted_use-{row}-posts")), "nara-vard");
            assert!(!after.get(&format!("permitted_use-{row}-text")).is_empty());
        }
    }
}

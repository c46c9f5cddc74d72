//! The order of the house, read from its source: which room may use which, and where SQL and the web may be named.
//!
//! Rooms stand in wings (`src/people/access`). What a room names as `crate::wing::room`, by `super::` or, in a template, by a
//! path or another room's template, is of a room above it. Addresses alone run in all directions: `crate::paths` has
//! those of every room, and no address stands anywhere else.
//!
//! The reading is by tokens, not by text: comments say nothing, strings only as addresses, and neither do `#[cfg(test)]` items and
//! files named `tests.rs`, since a test may reach across. It sees `crate::wing::room`, `use crate::{a, b::{c, d}}`,
//! `super::super::` up to the top, and in `main.rs` the crate by its name.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The wings, and the rooms of each. A room uses rooms above its line, never one beside or below it.
const ORDER: &[(&str, &[&[&str]])] = &[
    ("ground", &[&["infra"], &["history", "job"]]),
    ("people", &[&["recipient"], &["access"], &["account"], &["identity"]]),
    ("terms", &[&["agreement"], &["allocation", "insight"]]),
    (
        "grants",
        &[
            &["grant"],
            &["case"],
            &["search"],
            &["requisition"],
            &["payment", "extension", "mandate"],
            &["report"],
            &["repayment", "account_request", "further_report", "reclaim", "onward"],
            &["standing"],
        ],
    ),
    (
        "desks",
        &[
            &["about", "saved_view", "personal_data", "colleague", "registry"],
            &["my_grants", "review", "dashboard", "proposal"],
            &["open_data"],
        ],
    ),
    ("run", &[&["practice", "install", "operation"], &["commands"]]),
    ("", &[&["routes"], &["server"], &["main"]]),
];

const SQL: &[&str] = &["diesel", "diesel_migrations"];
/// How values are columns, behind a feature of their crate.
const COLUMNS: &str = "crates/values/src/column.rs";
const WEB: &[&str] = &["actix_web", "actix_multipart", "askama"];

/// Rooms where the web may be named anywhere.
const WEB_ROOMS: &[&str] = &["access", "infra", "routes", "server", "main"];

/// Strings that look like addresses and are none of a room's.
const NO_ADDRESSES: &[&str] = &[
    // The files that are compiled in, which the program and the server of its figures have alike.
    "/static/{name:.*}",
    "/static/{name}?v={print}",
    // Files of an agreement's folder.
    "{folder}/agreement.toml",
    "{folder}/allocation.csv",
];

#[test]
fn rooms_use_only_rooms_above_them() {
    assert_none("src", imports_that_run_up);
}

#[test]
fn templates_use_only_rooms_above_theirs() {
    assert_none_in_templates(rooms_a_template_uses_below_its_own);
}

#[test]
fn addresses_stand_in_paths_alone() {
    assert_none("src", addresses_outside_paths);
    assert_none("src", more_than_addresses);
    assert_none_in_templates(addresses_in_a_template);
}

#[test]
fn sql_is_in_the_stores_and_infra() {
    assert_none("src", sql_outside_stores);
    assert_none("crates", |source| {
        if source.path == COLUMNS {
            Vec::new()
        } else {
            source.names(SQL, "belongs in no crate but values, as columns")
        }
    });
}

#[test]
fn the_web_is_in_the_pages_access_and_infra() {
    assert_none("src", web_outside_pages);
    assert_none("crates", |source| source.names(&["actix_web", "actix_multipart"], "belongs in src/"));
}

#[test]
fn nothing_unwraps() {
    assert_none("src", unwraps);
    assert_none("crates", unwraps);
}

/// Runs one check over every file and names all that it found.
fn assert_none(folder: &str, check: fn(&Source) -> Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join(folder), "rs", &mut files);
    files.sort();
    assert!(files.len() > 20, "only {} files under {folder}/: is this the house?", files.len());
    let found: Vec<String> = files
        .iter()
        .filter(|file| !file.ends_with("tests.rs"))
        .flat_map(|file| {
            let path = file.strip_prefix(root).unwrap().to_str().unwrap();
            check(&Source::read(path, &fs::read_to_string(file).unwrap()))
        })
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn assert_none_in_templates(check: fn(&str, &str) -> Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("templates"), "html", &mut files);
    collect(&root.join("templates"), "xml", &mut files);
    files.sort();
    assert!(files.len() > 100, "only {} templates", files.len());
    let found: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(root).unwrap().to_str().unwrap();
            check(path, &fs::read_to_string(file).unwrap())
        })
        .collect();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn collect(folder: &Path, kind: &str, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, kind, files);
        } else if path.extension().is_some_and(|extension| extension == kind) {
            files.push(path);
        }
    }
}

// The rules

fn imports_that_run_up(source: &Source) -> Vec<String> {
    let room = source.room();
    if ["lib", "paths"].contains(&room) || is_wing(room) {
        return Vec::new();
    }
    let Some(own) = place(room) else {
        return vec![format!("{}:1: `{room}` has no place in ORDER, tests/architecture.rs", source.path)];
    };
    let mut found = Vec::new();
    for used in source.rooms_used() {
        let name = &used.text;
        match place(name) {
            None if name == "paths" && !source.is_file("paths") => {}
            None => found
                .push(source.says(used, &format!("`{name}` has no place in ORDER, tests/architecture.rs"))),
            Some(place) if place >= own && name != room => {
                found.push(
                    source.says(used, &format!("`{room}` uses `{name}`, which is not above it in ORDER")),
                );
            }
            Some(_) => {}
        }
    }
    found
}

/// `templates/report/show.html` is the room `report`'s; those beside the folders are everybody's and know only `infra`.
fn rooms_a_template_uses_below_its_own(path: &str, text: &str) -> Vec<String> {
    let room = path.split('/').nth(1).filter(|part| !part.ends_with(".html"));
    let own = room.map_or(place("history"), place);
    let Some(own) = own else {
        return vec![format!("{path}:1: the folder has no room in ORDER, tests/architecture.rs")];
    };
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let names = line.split("crate::").skip(1).filter(|after| !after.starts_with("paths::"));
        let names = names.filter_map(|after| after.split("::").nth(1));
        let others = line
            .split(&['"', '\''])
            .filter(|quoted| quoted.ends_with(".html") && !quoted.contains(' '))
            .filter_map(|quoted| quoted.split_once('/').map(|(folder, _)| folder));
        for used in names.chain(others).filter(|used| Some(*used) != room) {
            match place(used) {
                Some(place) if place < own => {}
                _ => found.push(format!("{path}:{}: uses `{used}`, which is not above it in ORDER", at + 1)),
            }
        }
    }
    found
}

fn addresses_outside_paths(source: &Source) -> Vec<String> {
    if source.is_file("paths") {
        return Vec::new();
    }
    let strings = source.tokens.iter().filter_map(|token| Some((token, token.string()?)));
    strings
        .filter(|(_, text)| !NO_ADDRESSES.contains(text))
        .filter(|(_, text)| begins_an_address(text) || text.split('}').skip(1).any(begins_an_address))
        .map(|(token, text)| {
            source.says(token, &format!("`{text}` is an address: its type is in a paths.rs"))
        })
        .collect()
}

/// `/` and a word or a part; a lone `/` is a sign.
fn begins_an_address(text: &str) -> bool {
    text.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase() || c == '{'))
}

fn more_than_addresses(source: &Source) -> Vec<String> {
    if !source.is_file("paths") && source.room() != "paths" {
        return Vec::new();
    }
    source.names(&["const", "enum", "fn", "impl", "mod", "struct", "trait"], "has no place among addresses")
}

/// In an attribute or a string, or after something that stands for the beginning of one.
fn addresses_in_a_template(path: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let pieces = line.split(&['"', '\'']).skip(1).chain(line.split("}}").skip(1));
        if pieces.into_iter().any(begins_an_address) {
            found.push(format!("{path}:{}: has an address: its type is in a paths.rs", at + 1));
        }
    }
    found
}

fn sql_outside_stores(source: &Source) -> Vec<String> {
    if source.is_file("store") || source.room() == "infra" {
        return Vec::new();
    }
    source.names(SQL, "belongs in store.rs or infra")
}

fn web_outside_pages(source: &Source) -> Vec<String> {
    if source.is_file("pages") || WEB_ROOMS.contains(&source.room()) {
        return Vec::new();
    }
    source.names(WEB, "belongs in pages.rs, access, infra or routes.rs")
}

fn unwraps(source: &Source) -> Vec<String> {
    source
        .tokens
        .windows(4)
        .filter(|four| four.iter().map(|token| token.text.as_str()).eq([".", "unwrap", "(", ")"]))
        .map(|four| {
            source.says(&four[1], "no unwrap() outside tests: answer with an error, or say why by expect")
        })
        .collect()
}

fn is_wing(name: &str) -> bool {
    ORDER.iter().any(|(wing, _)| *wing == name)
}

/// Counted through all wings.
fn place(room: &str) -> Option<usize> {
    ORDER.iter().flat_map(|(_, lines)| *lines).position(|rooms| rooms.contains(&room))
}

// Reading

struct Token {
    text: String,
    line: usize,
}

impl Token {
    /// What stands between the quotes, as it is written.
    fn string(&self) -> Option<&str> {
        let quoted = self.text.trim_start_matches(['b', 'c', 'r']).trim_matches('#');
        quoted.strip_prefix('"')?.strip_suffix('"')
    }
}

struct Source<'a> {
    /// From the root of the repository: `src/grants/grant/store.rs`.
    path: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Source<'a> {
    fn read(path: &'a str, text: &str) -> Self {
        Source { path, tokens: without_tests(tokens(text)) }
    }

    /// `src/grants/grant/store.rs` → `grants`, `grant`, `store`; `src/routes.rs` → `routes`; of `mod.rs`, its folder.
    fn modules(&self) -> Vec<&'a str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|module| *module != "mod").collect()
    }

    /// The second of the modules; of what stands beside the wings, the first.
    fn room(&self) -> &'a str {
        let modules = self.modules();
        modules[usize::from(is_wing(modules[0]) && modules.len() > 1)]
    }

    /// Is it the room's `name.rs`, or inside its folder `name/`?
    fn is_file(&self, name: &str) -> bool {
        self.modules().get(2).is_some_and(|file| *file == name)
    }

    fn says(&self, token: &Token, what: &str) -> String {
        format!("{}:{}: {what}", self.path, token.line)
    }

    fn names(&self, crates: &[&str], why: &str) -> Vec<String> {
        let named = self.tokens.iter().filter(|token| crates.contains(&token.text.as_str()));
        named.map(|token| self.says(token, &format!("`{}` {why}", token.text))).collect()
    }

    /// The rooms of every path that begins at the top of the crate, or that `super::` leads out of the room.
    fn rooms_used(&self) -> Vec<&Token> {
        let is_main = self.room() == "main";
        // Whether the file is in a wing's room decides how far up it is to the wing, and to the top.
        let mut depth = if is_main { 0 } else { self.modules().len() };
        let mut opened_by_module = Vec::new();
        let mut used = Vec::new();
        for at in 0..self.tokens.len() {
            match self.text(at) {
                "{" => {
                    let is_module = at >= 2 && self.text(at - 2) == "mod";
                    depth += usize::from(is_module);
                    opened_by_module.push(is_module);
                }
                "}" => depth -= usize::from(opened_by_module.pop().unwrap_or(false)),
                "crate" if self.text(at + 1) == "::" => used.extend(self.rooms_at(at + 2)),
                "bidragsporten" if is_main && self.text(at + 1) == "::" => used.extend(self.rooms_at(at + 2)),
                "super" if at == 0 || self.text(at - 1) != "::" => {
                    let mut end = at;
                    while self.text(end) == "super" && self.text(end + 1) == "::" {
                        end += 2;
                    }
                    let up = (end - at) / 2;
                    if up >= depth {
                        used.extend(self.rooms_at(end));
                    } else if up + 1 == depth && is_wing(self.modules()[0]) {
                        used.extend(self.branches(end).into_iter().filter_map(|at| self.tokens.get(at)));
                    }
                }
                _ => {}
            }
        }
        used
    }

    /// From the top: `people::{access::A, account}` → access, account; `routes` → routes.
    fn rooms_at(&self, at: usize) -> Vec<&Token> {
        let rooms = self.branches(at).into_iter().flat_map(|at| {
            let into = is_wing(self.text(at)) && self.text(at + 1) == "::";
            if into { self.branches(at + 2) } else { vec![at] }
        });
        rooms.filter_map(|at| self.tokens.get(at)).collect()
    }

    /// Where the names begin: `a::b` → at a; `{a, b::{c, d}}` → at a and at b.
    fn branches(&self, at: usize) -> Vec<usize> {
        if self.text(at) != "{" {
            return vec![at];
        }
        let mut depth = 0;
        let mut begun = Vec::new();
        for here in at..self.tokens.len() {
            match self.text(here) {
                "{" => depth += 1,
                "}" => depth -= 1,
                "self" => {}
                _ if depth == 1 && ["{", ","].contains(&self.text(here - 1)) => begun.push(here),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        begun
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }
}

/// Names, numbers, strings, `::` and single signs; no comments, no characters.
fn tokens(text: &str) -> Vec<Token> {
    let signs: Vec<char> = text.chars().collect();
    let sign = |at: usize| signs.get(at).copied().unwrap_or('\0');
    let (mut found, mut at, mut line) = (Vec::new(), 0, 1);
    while at < signs.len() {
        let start = at;
        let is_name = sign(at).is_alphanumeric() || sign(at) == '_';
        match (sign(at), sign(at + 1)) {
            ('/', '/') => at = (at..signs.len()).find(|at| sign(*at) == '\n').unwrap_or(signs.len()),
            ('/', '*') => at = after_comment(&signs, at),
            ('"', _) => at = after_string(&signs, at),
            ('\'', '\\') => {
                at = (at + 3..signs.len()).find(|at| sign(*at) == '\'').unwrap_or(signs.len()) + 1;
            }
            ('\'', _) if sign(at + 2) == '\'' => at += 3,
            (':', ':') => at += 2,
            _ if is_name => {
                while sign(at).is_alphanumeric() || sign(at) == '_' {
                    at += 1;
                }
            }
            _ => at += 1,
        }
        if is_name && ["r", "br", "cr"].contains(&signs[start..at].iter().collect::<String>().as_str()) {
            at = after_raw_string(&signs, at);
        }
        let text: String = signs[start..at.min(signs.len())].iter().collect();
        let is_silent = text.starts_with(['\'', ' ', '\n', '\t', '\r'])
            || text.starts_with("//")
            || text.starts_with("/*");
        if !is_silent {
            found.push(Token { text, line });
        }
        line += signs[start..at.min(signs.len())].iter().filter(|sign| **sign == '\n').count();
    }
    found
}

fn after_comment(signs: &[char], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0);
    while at < signs.len() {
        match signs[at..].first_chunk() {
            Some(['/', '*']) => (depth, at) = (depth + 1, at + 2),
            Some(['*', '/']) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn after_string(signs: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < signs.len() && signs[at] != '"' {
        at += if signs[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// From behind the `r` of `r#"…"#`. A raw name, `r#type`, is left alone.
fn after_raw_string(signs: &[char], start: usize) -> usize {
    let hashes = signs[start..].iter().take_while(|sign| **sign == '#').count();
    if signs.get(start + hashes) != Some(&'"') {
        return start;
    }
    let mut end = vec!['"'];
    end.resize(hashes + 1, '#');
    let body = start + hashes + 1;
    signs[body..]
        .windows(end.len())
        .position(|here| here == end)
        .map_or(signs.len(), |at| body + at + end.len())
}

/// Leaves out what stands under `#[cfg(test)]`, to the end of its item.
fn without_tests(tokens: Vec<Token>) -> Vec<Token> {
    let texts: Vec<String> = tokens.iter().map(|token| token.text.clone()).collect();
    let (mut kept, mut skip_to) = (Vec::new(), 0);
    for (at, token) in tokens.into_iter().enumerate() {
        if at < skip_to {
            continue;
        }
        if texts[at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"].map(String::from)) {
            skip_to = after_item(&texts, at + 7);
        } else {
            kept.push(token);
        }
    }
    kept
}

/// An item, with the attributes before it, ends at its semicolon or closing brace.
fn after_item(texts: &[String], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, text) in texts.iter().enumerate().skip(start) {
        match text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && [";", "}"].contains(&text.as_str()) {
            return at + 1;
        }
    }
    texts.len()
}

/// A check that cannot fail guards nothing.
mod the_checks_can_fail {
    use super::*;

    fn found(check: fn(&Source) -> Vec<String>, path: &str, text: &str) -> Vec<String> {
        check(&Source::read(path, text))
    }

    const HISTORY: &str = "src/ground/history/store.rs";

    #[test]
    fn an_import_that_runs_up_is_named_with_its_line() {
        for (text, line) in [
            ("\nuse crate::people::access::Actor;", 2),
            ("use crate::{\n    ground::{infra::Portal, self},\n    people::access::Actor,\n};", 3),
            ("use crate::people::{\n    access::{Actor, Role},\n};", 2),
            ("fn f(\n    actor: &crate::people::access::Actor) {}", 2),
            ("mod part {\n use super::super::super::super::people::access; }", 2),
            ("use super::super::super::{ground::infra, people::access};", 1),
            ("const A: &str = r#\"\n\"crate::\"#;\n// \"\nuse crate::people::access;", 4),
            ("fn f<'a>(x: &'a str, y: char) { y == '\"' || y == '\\'' }\npub use crate::people::access;", 2),
        ] {
            assert_eq!(
                found(imports_that_run_up, HISTORY, text),
                [format!("{HISTORY}:{line}: `history` uses `access`, which is not above it in ORDER")],
                "{text}"
            );
        }
        for (path, text) in [
            ("src/desks/review/pages.rs", "use crate::desks::dashboard;"),
            ("src/desks/review/pages.rs", "use super::super::dashboard;"),
            ("src/ground/infra/mod.rs", "use super::history;"),
            ("src/routes.rs", "use crate::{server, desks::about};"),
            ("src/main.rs", "use bidragsporten::{attic, server};"),
            ("src/desks/attic.rs", ""),
            ("src/grants/grant/mod.rs", "use crate::*;"),
            ("src/grants/grant/mod.rs", "use crate::people;"),
        ] {
            assert_eq!(found(imports_that_run_up, path, text).len(), 1, "{path}: {text}");
        }
    }

    #[test]
    fn what_runs_down_or_is_not_code_is_left_alone() {
        for text in [
            "use crate::{ground::infra::db};",
            "use super::{Line, super::infra};",
            "pub(crate) fn f() {}",
            "// use crate::people::access;\n/* crate::people::access /* */ crate::grants::grant */",
            "const A: &str = \"crate::people::access \\\" crate::grants::grant\";",
            "#[cfg(test)]\n#[allow(unused)]\nmod tests { use crate::people::access; fn f() { g::<{ 1 }>(); } }",
            "#[cfg(test)] use crate::{people::access::Actor, grants::grant};",
            "#[cfg(test)]\nmod tests;\n",
            "mod part { use super::super::store; }",
        ] {
            assert_eq!(found(imports_that_run_up, HISTORY, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_template_that_uses_a_room_below_is_named_with_its_line() {
        let used = |text| rooms_a_template_uses_below_its_own("templates/report/show.html", text);
        assert_eq!(
            used("\n{% import \"review/pieces.html\" as pieces %}"),
            ["templates/report/show.html:2: uses `review`, which is not above it in ORDER"]
        );
        assert_eq!(used("{{ crate::desks::review::word() }}").len(), 1);
        assert!(used("{% extends \"layout.html\" %}{% import \"case/a.html\" as a %}").is_empty());
        assert!(
            used("{{ values::calendar::long_date(*on) }}{{ crate::terms::agreement::word() }}").is_empty()
        );
        assert_eq!(rooms_a_template_uses_below_its_own("templates/attic/a.html", "").len(), 1);
    }

    #[test]
    fn an_address_outside_paths_is_named_with_its_line() {
        let path = "src/grants/report/pages.rs";
        assert_eq!(
            found(addresses_outside_paths, path, "\nlet a = \"/bidrag\";"),
            [format!("{path}:2: `/bidrag` is an address: its type is in a paths.rs")]
        );
        for text in ["format!(\"{}/kvitto\", a)", "f(r#\"/{id}\"#)", "f(b\"/a\")"] {
            assert_eq!(found(addresses_outside_paths, path, text).len(), 1, "{text}");
        }
        for text in [
            "// \"/bidrag\"",
            "\"/\"",
            "\"//\"",
            "\"a/b\"",
            "#[cfg(test)]\nmod tests { const A: &str = \"/a\"; }",
        ] {
            assert!(found(addresses_outside_paths, path, text).is_empty(), "{text}");
        }
        let paths = "use crate::paths;\naddresses! { List = \"/bidrag\"; }\nfn f() {}";
        assert!(found(addresses_outside_paths, "src/grants/report/paths.rs", paths).is_empty());
        assert_eq!(found(more_than_addresses, "src/grants/report/paths.rs", paths).len(), 1);
        assert_eq!(found(imports_that_run_up, "src/grants/report/paths.rs", paths).len(), 1);
        assert!(found(imports_that_run_up, path, "use crate::{ground::infra, paths};").is_empty());

        let found = |text| addresses_in_a_template("templates/report/show.html", text);
        for text in ["<a href=\"/bidrag\">", "<a href=\"{{ a }}/kvitto\">", "{{ f(\"/bidrag\") }}"] {
            assert_eq!(found(text).len(), 1, "{text}");
        }
        assert!(
            found("<path d=\"M4 29\"/> {{ a }}</p><a href=\"{{ crate::paths::report::Dossier(id) }}#a\">")
                .is_empty()
        );
    }

    #[test]
    fn sql_web_and_unwrap_are_found_outside_their_places() {
        let sql = "use diesel::prelude::*;";
        assert_eq!(
            found(sql_outside_stores, "src/grants/grant/mod.rs", sql),
            ["src/grants/grant/mod.rs:1: `diesel` belongs in store.rs or infra"]
        );
        assert_eq!(
            found(sql_outside_stores, "src/grants/grant/pages.rs", "#[derive(diesel::Queryable)] struct A;")
                .len(),
            1
        );
        assert!(found(sql_outside_stores, "src/grants/grant/store.rs", sql).is_empty());
        assert!(found(sql_outside_stores, "src/grants/grant/store/rows.rs", sql).is_empty());
        assert!(found(sql_outside_stores, "src/ground/infra/db/mod.rs", sql).is_empty());

        let web = "use actix_web::web;\nuse askama::Template;";
        assert_eq!(found(web_outside_pages, "src/grants/grant/verbs.rs", web).len(), 2);
        assert_eq!(found(web_outside_pages, "src/pages.rs", web).len(), 2);
        assert!(found(web_outside_pages, "src/grants/grant/pages.rs", web).is_empty());
        assert!(found(web_outside_pages, "src/people/access/proof.rs", web).is_empty());

        let unwrap =
            "fn f() {\n    g()\n        .unwrap();\n}\n#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }";
        assert_eq!(found(unwraps, "crates/values/src/ids.rs", unwrap).len(), 1);
        assert!(found(unwraps, "crates/values/src/ids.rs", "f().unwrap_or(1); // .unwrap()").is_empty());
    }
}

//! The order of the house, read from its source: which room may use which, and where SQL and the web may be named.
//!
//! The reading is by tokens, not by text: comments and strings say nothing, and neither do `#[cfg(test)]` items and
//! files named `tests.rs`, since a test may reach across. It sees `crate::room`, `use crate::{a, b::c}`, `super::super::`
//! up to the top, and in `main.rs` the crate by its name.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A room uses rooms above its line, never one beside or below it.
const ORDER: &[&[&str]] = &[
    &["numbers", "document"],
    &["file"],
    &["money", "ids", "calendar", "text"],
    &["picture"],
    &["infra"],
    &["recipient"],
    &["history", "table"],
    &["access"],
    &["account"],
    &["identity"],
    &["agreement", "saved_view"],
    &["allocation", "insight"],
    &["grant"],
    &["search"],
    &["filing"],
    &["requisition"],
    &["payment", "extension", "mandate"],
    &["report"],
    &["repayment", "account_request", "further_report", "reclaim", "onward", "colleague"],
    &["registry"],
    &["standing"],
    &["my_grants", "review", "dashboard", "proposal"],
    &["open_data"],
    &["about", "practice", "install", "operation", "personal_data"],
    &["commands", "routes"],
    &["server"],
    &["main"],
];

const SQL: &[&str] = &["diesel", "diesel_migrations"];
const WEB: &[&str] = &["actix_web", "actix_multipart", "askama"];

/// Rooms where the web may be named anywhere. A picture is a template through and through.
const WEB_ROOMS: &[&str] = &["access", "infra", "picture", "routes", "server", "main"];

#[test]
fn rooms_use_only_rooms_above_them() {
    assert_none(imports_that_run_up);
}

#[test]
fn sql_is_in_the_stores_and_infra() {
    assert_none(sql_outside_stores);
}

#[test]
fn the_web_is_in_the_pages_access_and_infra() {
    assert_none(web_outside_pages);
}

#[test]
fn nothing_unwraps() {
    assert_none(unwraps);
}

/// Runs one check over every file and names all that it found.
fn assert_none(check: fn(&Source) -> Vec<String>) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    files.sort();
    assert!(files.len() > 20, "only {} files under src/: is this the house?", files.len());
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

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

// The rules

fn imports_that_run_up(source: &Source) -> Vec<String> {
    let room = source.room();
    if room == "lib" {
        return Vec::new();
    }
    let Some(own) = place(room) else {
        return vec![format!("{}:1: `{room}` has no place in ORDER, tests/architecture.rs", source.path)];
    };
    let mut found = Vec::new();
    for used in source.rooms_used() {
        let name = &used.text;
        match place(name) {
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

fn place(room: &str) -> Option<usize> {
    ORDER.iter().position(|rooms| rooms.contains(&room))
}

// Reading

struct Token {
    text: String,
    line: usize,
}

struct Source<'a> {
    /// From the root of the repository: `src/grant/store.rs`.
    path: &'a str,
    tokens: Vec<Token>,
}

impl<'a> Source<'a> {
    fn read(path: &'a str, text: &str) -> Self {
        Source { path, tokens: without_tests(tokens(text)) }
    }

    /// `src/grant/store.rs` → `grant`, `store`; `src/money.rs` → `money`; `src/grant/mod.rs` → `grant`.
    fn modules(&self) -> Vec<&'a str> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        path.split('/').filter(|module| *module != "mod").collect()
    }

    fn room(&self) -> &'a str {
        self.modules()[0]
    }

    /// Is it the room's `name.rs`, or inside its folder `name/`?
    fn is_file(&self, name: &str) -> bool {
        self.modules().get(1).is_some_and(|file| *file == name)
    }

    fn says(&self, token: &Token, what: &str) -> String {
        format!("{}:{}: {what}", self.path, token.line)
    }

    fn names(&self, crates: &[&str], why: &str) -> Vec<String> {
        let named = self.tokens.iter().filter(|token| crates.contains(&token.text.as_str()));
        named.map(|token| self.says(token, &format!("`{}` {why}", token.text))).collect()
    }

    /// The first name after every path that begins at the top of the crate.
    fn rooms_used(&self) -> Vec<&Token> {
        let is_main = self.room() == "main";
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
                "crate" if self.text(at + 1) == "::" => used.extend(self.heads(at + 2)),
                "bidragsporten" if is_main && self.text(at + 1) == "::" => used.extend(self.heads(at + 2)),
                "super" if at == 0 || self.text(at - 1) != "::" => {
                    let mut end = at;
                    while self.text(end) == "super" && self.text(end + 1) == "::" {
                        end += 2;
                    }
                    if (end - at) / 2 >= depth {
                        used.extend(self.heads(end));
                    }
                }
                _ => {}
            }
        }
        used
    }

    /// `a::b` → a; `{a, b::{c, d}}` → a, b.
    fn heads(&self, at: usize) -> Vec<&Token> {
        if self.text(at) != "{" {
            return self.tokens.get(at).into_iter().collect();
        }
        let mut depth = 0;
        let mut heads = Vec::new();
        for here in at..self.tokens.len() {
            match self.text(here) {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ if depth == 1 && ["{", ","].contains(&self.text(here - 1)) => {
                    heads.push(&self.tokens[here]);
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        heads.retain(|head| head.text != "self");
        heads
    }

    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text.as_str())
    }
}

/// Names, numbers, `::` and single signs; no comments, no strings, no characters.
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
        let text: String = signs[start..at.min(signs.len())].iter().collect();
        if is_name && ["r", "br", "cr"].contains(&text.as_str()) {
            at = after_raw_string(&signs, at);
        }
        let is_silent = text.starts_with(['"', '\'', ' ', '\n', '\t', '\r'])
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

    #[test]
    fn an_import_that_runs_up_is_named_with_its_line() {
        for (text, line) in [
            ("\nuse crate::access::Actor;", 2),
            ("use crate::{\n    ids::{Id, self},\n    access::Actor,\n};", 3),
            ("fn f(\n    actor: &crate::access::Actor) {}", 2),
            ("mod part {\n use super::super::super::access; }", 2),
            ("use super::super::{ids, access};", 1),
            ("const A: &str = r#\"\n\"crate::\"#;\n// \"\nuse crate::access;", 4),
            ("fn f<'a>(x: &'a str, y: char) { y == '\"' || y == '\\'' }\npub use crate::access;", 2),
        ] {
            assert_eq!(
                found(imports_that_run_up, "src/history/store.rs", text),
                [format!(
                    "src/history/store.rs:{line}: `history` uses `access`, which is not above it in ORDER"
                )],
                "{text}"
            );
        }
        assert_eq!(found(imports_that_run_up, "src/review/pages.rs", "use crate::dashboard;").len(), 1);
        assert_eq!(found(imports_that_run_up, "src/money.rs", "use super::infra;").len(), 1);
        assert_eq!(found(imports_that_run_up, "src/routes.rs", "use crate::{server, about};").len(), 1);
        assert_eq!(found(imports_that_run_up, "src/main.rs", "use bidragsporten::{attic, server};").len(), 1);
        assert_eq!(found(imports_that_run_up, "src/attic.rs", "").len(), 1);
        assert_eq!(found(imports_that_run_up, "src/grant/mod.rs", "use crate::*;").len(), 1);
    }

    #[test]
    fn what_runs_down_or_is_not_code_is_left_alone() {
        for text in [
            "use crate::{infra::db, recipient::Organisation};",
            "use super::{Line, super::ids};",
            "pub(crate) fn f() {}",
            "// use crate::access;\n/* crate::access /* */ crate::grant */",
            "const A: &str = \"crate::access \\\" crate::grant\";",
            "#[cfg(test)]\n#[allow(unused)]\nmod tests { use crate::access; fn f() { g::<{ 1 }>(); } }",
            "#[cfg(test)] use crate::{access::Actor, grant};",
            "#[cfg(test)]\nmod tests;\n",
            "mod part { use super::super::access; }",
        ] {
            assert_eq!(found(imports_that_run_up, "src/history/store.rs", text), [""; 0], "{text}");
        }
    }

    #[test]
    fn sql_web_and_unwrap_are_found_outside_their_places() {
        let sql = "use diesel::prelude::*;";
        assert_eq!(
            found(sql_outside_stores, "src/grant/mod.rs", sql),
            ["src/grant/mod.rs:1: `diesel` belongs in store.rs or infra"]
        );
        assert_eq!(
            found(sql_outside_stores, "src/grant/pages.rs", "#[derive(diesel::Queryable)] struct A;").len(),
            1
        );
        assert!(found(sql_outside_stores, "src/grant/store.rs", sql).is_empty());
        assert!(found(sql_outside_stores, "src/grant/store/rows.rs", sql).is_empty());
        assert!(found(sql_outside_stores, "src/infra/db/mod.rs", sql).is_empty());

        let web = "use actix_web::web;\nuse askama::Template;";
        assert_eq!(found(web_outside_pages, "src/grant/verbs.rs", web).len(), 2);
        assert_eq!(found(web_outside_pages, "src/pages.rs", web).len(), 2);
        assert!(found(web_outside_pages, "src/grant/pages.rs", web).is_empty());
        assert!(found(web_outside_pages, "src/access/proof.rs", web).is_empty());

        let unwrap =
            "fn f() {\n    g()\n        .unwrap();\n}\n#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }";
        assert_eq!(found(unwraps, "src/ids.rs", unwrap).len(), 1);
        assert!(found(unwraps, "src/ids.rs", "f().unwrap_or(1); // .unwrap()").is_empty());
    }
}

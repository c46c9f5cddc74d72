//! What no page of the portal would send: fields missing, repeated and too many, too large, in another encoding, from
//! another site, to addresses that do not exist. The answer is a page in Swedish, and nothing changes.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use reqwest::{Method, blocking::Body, header};

use crate::{
    browser::{Browser, Form, Page},
    journeys::{begin, fill, issue},
    portal::Portal,
};

const FORM: &str = "application/x-www-form-urlencoded";
const TEN_MB: usize = 10 * 1024 * 1024;

/// Ale's preparer with a draft open in the browser.
fn draft(portal: &Portal) -> (Browser, Form, String) {
    let preparer = portal.preparer("Ale");
    let page = begin(&preparer, "bas");
    let form = fill(&page).set("handling", "spara");
    (preparer, form, page.address)
}

/// An answer that a person can read, and that is no fault of ours.
#[track_caller]
fn expect_page(page: Page, status: u16) -> Page {
    let page = page.expect_status(status);
    assert!(page.headers["content-type"].to_str().unwrap().starts_with("text/html"));
    assert!(page.html().contains("<html lang=\"sv\">"));
    page
}

/// The draft's form as the bytes that a browser sends, with one more field.
fn body_with(form: &Form, field: &str) -> String {
    format!("csrf={}&revision={}&handling=spara&{field}", form.value_of("csrf"), form.value_of("revision"))
}

#[track_caller]
fn expect_untouched(browser: &Browser, address: &str) {
    assert_eq!(browser.get(address).value_of("contact_person"), "", "the draft has changed");
}

#[test]
fn a_draft_is_saved_whatever_fields_are_missing() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    for name in form.names() {
        if matches!(name.as_str(), "csrf" | "revision") {
            continue;
        }
        let again = preparer.get(&address).form("/uppgifter");
        again.without(&name).submit().expect_status(200).expect("Utkastet är sparat.");
    }
    let bare = preparer.get(&address).form("/uppgifter");
    let bare = bare.names().iter().fold(bare.clone(), |form, name| match name.as_str() {
        "csrf" | "revision" => form,
        _ => form.without(name),
    });
    bare.set("handling", "fortsatt").submit().expect_status(422).expect("Rätta uppgifterna");
}

#[test]
fn a_form_without_what_the_page_put_in_it_is_refused_with_a_page() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    expect_page(form.clone().without("revision").submit(), 400).expect("gick inte att läsa");
    expect_page(form.set("revision", "ett").submit(), 400);
    expect_untouched(&preparer, &address);
    let grant = preparer.get("/bidrag").follow("Äldreomsorg");
    let start = grant.form_with("/rekvisitioner", "value=\"bas\"");
    expect_page(start.clone().without("post").submit(), 400);
    expect_page(start.set("post", "okänd").submit(), 404);
    preparer.get(&grant.address).expect_not("R2");
}

#[test]
fn fields_that_nobody_asked_for_change_nothing() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let more = form.add("status", "approved").add("version", "9").add("grant_id", "1").add("ü[]", "x");
    more.submit().expect_status(200).expect("Utkastet är sparat.");
    preparer.get(&address).follow("AO22-1440-R1").expect("Utkast");
}

#[test]
fn a_repeated_field_is_refused_with_a_page() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    for name in ["amount", "contact_person", "revision"] {
        expect_page(form.clone().add(name, "1").submit(), 400);
    }
    expect_untouched(&preparer, &address);
    let sign_in = portal.anyone().get("/logga-in").form("/logga-in");
    expect_page(sign_in.add("email", "a@b.example").submit(), 400);
}

#[test]
fn ten_megabytes_in_one_field_are_too_much() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let large = form.set("contact_person", &"å".repeat(TEN_MB / 6));
    expect_page(large.submit(), 413).expect("Det som skickades var för stort");
    expect_untouched(&preparer, &address);
    let sign_in = portal.anyone().get("/logga-in").form("/logga-in");
    expect_page(sign_in.set("password", &"a".repeat(TEN_MB)).submit(), 413);
    // Signed out, it cannot be held either.
    let stranger = portal.anyone();
    expect_page(stranger.post(&address, FORM, format!("a={}", "a".repeat(TEN_MB))), 401);
}

#[test]
fn a_body_that_does_not_tell_its_length_is_cut_off_too() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let endless = std::io::repeat(b'a').take(TEN_MB as u64);
    let body = body_with(&form, "contact_person=");
    let request = preparer
        .request(Method::POST, form.action())
        .header(header::ORIGIN, &portal.url)
        .header(header::CONTENT_TYPE, FORM)
        .body(Body::new(std::io::Cursor::new(body).chain(endless)));
    expect_page(preparer.send(request), 413);
    expect_untouched(&preparer, &address);
}

#[test]
fn another_encoding_is_refused_and_not_guessed() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let escaped = body_with(&form, "contact_person=%C5sa");
    let mut raw = body_with(&form, "contact_person=").into_bytes();
    raw.extend_from_slice(b"\xc5sa");
    for body in [escaped.into_bytes(), raw] {
        let page = expect_page(preparer.post(form.action(), FORM, body), 400);
        page.expect("UTF-8");
    }
    expect_untouched(&preparer, &address);
}

/// PostgreSQL keeps no such text: it must not come so far.
#[test]
fn a_character_that_no_database_keeps_is_refused_wherever_it_is_typed() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    expect_page(preparer.post(form.action(), FORM, body_with(&form, "contact_person=%00")), 400);
    expect_untouched(&preparer, &address);
    let sign_in = portal.anyone().get("/logga-in").form("/logga-in");
    expect_page(sign_in.set("email", "a\0b").set("password", "c").submit(), 400);
    for address in ["/bidrag/%00", "/overenskommelser/%00", "/oversikt/%00?sok=%00", "/logga-in?till=%00"] {
        let page = preparer.get(address);
        assert!(page.status < 500, "{address}: {}", page.status);
    }
}

#[test]
fn what_is_no_form_is_refused_with_a_page() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let body = body_with(&form, "contact_person=a");
    for kind in ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"] {
        expect_page(preparer.post(form.action(), kind, body.clone()), 400);
    }
    let requisition = issue(&preparer, "bas", "100 000");
    let scan = requisition.form("/inskannad");
    for (kind, body) in [(FORM, body), ("multipart/form-data; boundary=x", "--x\r\ntrasig".to_owned())] {
        expect_page(preparer.post(scan.action(), kind, body), 400);
    }
    expect_untouched(&preparer, &address);
}

#[test]
fn a_form_from_elsewhere_changes_nothing() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    expect_page(form.clone().without("csrf").submit(), 403);
    expect_page(form.clone().set("csrf", &"0".repeat(64)).submit(), 403);
    for origin in ["https://example.org", "null", "", "http://127.0.0.1", "http://127.0.0.1.example.org"] {
        expect_page(form.submit_from(origin), 400).expect("inte från portalens egen sida");
    }
    let body = body_with(&form, "contact_person=a");
    let silent = preparer.request(Method::POST, form.action()).header(header::CONTENT_TYPE, FORM).body(body);
    expect_page(preparer.send(silent), 400);
    expect_untouched(&preparer, &address);
}

#[test]
fn a_scan_from_elsewhere_changes_nothing() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "100 000");
    let scan = issued.form("/inskannad").file("file", "skan.pdf", crate::files::PDF.to_vec());
    expect_page(scan.clone().without("csrf").submit(), 403);
    expect_page(scan.clone().set("csrf", "0").submit(), 403);
    expect_page(scan.submit_from("https://example.org"), 400);
    preparer.get(&issued.address).expect("Väntar på underskrift");
}

#[test]
fn nobody_signs_in_or_out_from_another_site() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    expect_page(preparer.get("/bidrag").form("/logga-ut").submit_from("https://example.org"), 400);
    preparer.get("/bidrag").expect("Mina bidrag");
    let sign_in = portal.anyone().get("/logga-in").form("/logga-in");
    expect_page(sign_in.submit_from("https://example.org"), 400);
}

#[test]
fn an_address_that_is_none_gets_a_page() {
    let portal = Portal::new();
    let (preparer, _, address) = draft(&portal);
    let unknown = "0197c000-0000-7000-8000-000000000000";
    for missing in [
        "/finns-inte".to_owned(),
        "/bidrag/ett".to_owned(),
        format!("/bidrag/{unknown}"),
        format!("/rekvisitioner/{unknown}"),
        format!("/rekvisitioner/{unknown}/kvitto.pdf"),
        "/rekvisitioner/1%2F..%2F2".to_owned(),
        "/rekvisitioner/%FF%FE".to_owned(),
        format!("/rekvisitioner/{}", "a".repeat(5000)),
        "/static/finns-inte.css".to_owned(),
        "/static/../Cargo.toml".to_owned(),
        "/static/%2e%2e/Cargo.toml".to_owned(),
        "/static/build.mjs".to_owned(),
    ] {
        let page = expect_page(preparer.get(&missing), 404).expect("Sidan finns inte");
        assert!(page.has_link("Mina bidrag"), "{missing} has lost the menu");
    }
    expect_page(portal.anyone().get("/finns-inte"), 404);
    expect_page(preparer.get(&format!("{address}?visa=fel&visa=sparat")), 400);
    preparer.get(&format!("{address}?okänt=ja&visa=<script>")).expect_status(200);
    preparer.get(&format!("{address}?%FF=%FF")).expect_status(200);
}

#[test]
fn a_method_that_an_address_does_not_know_gets_a_page() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let requisition = address.strip_suffix("/uppgifter").unwrap();
    for method in [Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS] {
        for address in ["/", "/bidrag", requisition, form.action()] {
            let page = preparer.send(preparer.request(method.clone(), address));
            assert!(matches!(page.status, 404 | 405), "{method} {address}: {}", page.status);
        }
    }
    for post_only in ["/logga-ut", "/organisation", &format!("{requisition}/borttagning")] {
        expect_page(preparer.get(post_only), 404);
    }
    expect_page(preparer.post_fields("/bidrag", &[("csrf", form.value_of("csrf"))]), 404);
    expect_untouched(&preparer, &address);
}

#[test]
fn a_cookie_that_is_none_is_a_stranger() {
    let portal = Portal::new();
    for cookie in ["", "kort", &"z".repeat(64), &"0".repeat(64), &"0".repeat(4000)] {
        let browser = portal.anyone();
        browser.keep_cookie(&format!("bidragsporten={cookie}"));
        let page = browser.get("/bidrag").expect_status(200);
        assert!(page.address.starts_with("/logga-in"), "{cookie}");
    }
}

/// As a browser does, and as a proxy may: it hears nothing before it has said everything.
#[test]
fn whoever_sends_it_all_before_listening_gets_the_page_too() {
    let portal = Portal::new();
    let (preparer, form, address) = draft(&portal);
    let body = body_with(&form, &format!("contact_person={}", "a".repeat(TEN_MB)));
    let host = portal.url.strip_prefix("http://").unwrap();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {host}\r\norigin: {}\r\ncookie: {}\r\ncontent-type: {FORM}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        form.action(),
        portal.url,
        preparer.cookie(),
        body.len()
    );
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).expect("the portal takes in what it will not keep");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("för stort"), "{answer:.300}");
    expect_untouched(&preparer, &address);
}

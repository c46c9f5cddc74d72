//! How often and how slowly: whoever asks too much is told to wait, and nobody else is.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use bidragsporten::ground::infra::limits::Limits;

use crate::{
    browser::{Browser, Page},
    portal::{PASSWORD, Portal},
};

/// As many sign-ins as one address has in a minute.
const SIGN_INS: usize = 60;

fn limited() -> Portal {
    Portal::set_up(|portal| bidragsporten::ground::infra::Portal { limits: Limits::on(), ..portal })
}

fn sign_in_wrongly(browser: &Browser, password: &str) -> Page {
    let form = browser.get("/logga-in").form("/logga-in");
    form.set("email", "ingen@ale.example").set("password", password).submit()
}

/// A try without a form: it costs nothing but is one.
fn knock(browser: &Browser, from: &str) -> Page {
    let request = browser.request(reqwest::Method::POST, "/logga-in").header("x-forwarded-for", from);
    browser.send(request)
}

/// Tries until it is refused, and gives how many times it was not. While it tries, time gives some back.
fn until_refused(most: usize, mut is_refused: impl FnMut() -> bool) -> usize {
    (0..4 * most).position(|_| is_refused()).expect("there is a limit")
}

#[test]
fn whoever_signs_in_too_often_waits_and_is_told_how_long() {
    let portal = limited();
    let browser = portal.anyone();
    assert!(until_refused(SIGN_INS, || knock(&browser, "").status == 429) >= SIGN_INS);
    let page = (0..4).map(|_| sign_in_wrongly(&browser, PASSWORD)).find(|page| page.status == 429);
    let page = page.expect("it is still too much").expect("För många försök");
    let seconds: u64 = page.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&seconds));
    page.expect(&format!("Försök igen om {seconds} s."));
    // Reading goes on.
    browser.get("/logga-in").expect_status(200);
}

#[test]
fn an_encoded_letter_is_the_same_address() {
    let portal = limited();
    let browser = portal.anyone();
    let mut knock = || browser.send(browser.request(reqwest::Method::POST, "/%6Cogga-in")).status == 429;
    assert!(until_refused(SIGN_INS, &mut knock) < 2 * SIGN_INS);
}

#[test]
fn an_address_in_a_header_is_believed_from_a_proxy_of_ours_and_from_nobody_else() {
    let direct = limited();
    let browser = direct.anyone();
    let mut number = 0;
    until_refused(SIGN_INS, || {
        number += 1;
        knock(&browser, &format!("198.51.100.{number}")).status == 429
    });

    let behind = Portal::set_up(|portal| bidragsporten::ground::infra::Portal {
        limits: Limits::on(),
        proxies: vec!["127.0.0.1".parse().unwrap()],
        ..portal
    });
    let browser = behind.anyone();
    until_refused(SIGN_INS, || {
        number += 1;
        // What the client itself wrote stands first.
        knock(&browser, &format!("192.0.2.{}, 198.51.100.1", number % 250)).status == 429
    });
    assert_ne!(knock(&browser, "198.51.100.2").status, 429);
}

#[test]
fn a_person_has_limits_too() {
    let portal = limited();
    let (ale, other) = (portal.preparer("Ale"), portal.preparer("Alingsås"));
    let search = |browser: &Browser| browser.get("/bidrag?sok=ale").status;
    assert!(until_refused(120, || search(&ale) == 429) >= 120);
    assert_eq!(search(&other), 200);
    ale.get("/bidrag").expect_status(200);
}

/// What comes back on a connection of one's own, and after how long.
fn talk(portal: &Portal, pieces: &[&str]) -> (String, Duration) {
    let began = Instant::now();
    let address = portal.url.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    connection.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    for piece in pieces {
        connection.write_all(piece.as_bytes()).unwrap();
    }
    let mut answer = Vec::new();
    let _ = connection.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

#[test]
fn a_client_that_dawdles_is_not_waited_for() {
    let portal = Portal::set_up(|portal| bidragsporten::ground::infra::Portal {
        limits: Limits::off().within(Duration::from_secs(1)),
        ..portal
    });
    let head = "POST /logga-in HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\n";
    let (answer, took) = talk(&portal, &[head, "content-length: 100\r\n\r\n", "email=a"]);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    // Headers that never end.
    let (answer, took) = talk(&portal, &[head, "x: "]);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(took < Duration::from_secs(25), "{took:?}");
}

#[test]
fn headers_without_end_are_refused() {
    let portal = Portal::new();
    let endless = format!("x: {}\r\n", "a".repeat(200_000));
    let (answer, _) = talk(&portal, &["GET / HTTP/1.1\r\nhost: a\r\n", &endless, "\r\n"]);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    portal.anyone().get("/logga-in").expect_status(200);
}

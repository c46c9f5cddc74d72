//! A published table read from a file into a proposal: matched, proved, confirmed, and used whole or not at all.

use std::fs;

use bidragsporten::people::access::Role;
use rust_xlsxwriter::Workbook;

use crate::{
    browser::{Browser, Page, at_once},
    portal::Portal,
    program::Program,
};

/// Begins a proposal as a copy of an agreement; gives its address.
fn copy_of(officer: &Browser, slug: &str, year: &str) -> String {
    let form = officer.get("/forslag").follow("Börja ett nytt förslag").form("/forslag");
    let page = form.set("overenskommelse", slug).set("year", year).submit();
    page.expect_status(200).expect("Utkast").address.split('?').next().unwrap().to_owned()
}

fn published(name: &str) -> String {
    fs::read_to_string(format!("{}/tests/published/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The first page of the import, from the page of the table.
fn start(officer: &Browser, proposal: &str) -> Page {
    officer.get(&format!("{proposal}/fordelning")).follow("Läs in en färdig tabell").expect_status(200)
}

fn paste(officer: &Browser, proposal: &str, text: &str) -> Page {
    start(officer, proposal).form("/import/text").set("text", text).submit()
}

fn upload(officer: &Browser, proposal: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Page {
    start(officer, proposal).form("/import").file("file", name, bytes).submit()
}

/// From the columns as guessed to the proof.
fn proof(columns: &Page) -> Page {
    columns.form_with("/kolumner", "rubrikrad").submit().expect_status(200).expect("Vad tabellen säger")
}

/// Ticks every box and uses the table.
fn confirm_all(proof: &Page) -> Page {
    let html = proof.html();
    let mut form = proof.form("/anvandning");
    for part in html.split("name=\"bekrafta-").skip(1) {
        form = form.add(&format!("bekrafta-{}", &part[..16]), "ja");
    }
    form.submit()
}

/// Code, name and amount of the base post as published in 2022, with the codes as numbers.
fn base_of_2022() -> Vec<(u32, String, f64)> {
    let csv = fs::read_to_string(format!(
        "{}/agreements/aldreomsorg-2022/allocation.csv",
        env!("CARGO_MANIFEST_DIR")
    ));
    let csv = csv.unwrap();
    let rows = csv.lines().filter_map(|line| line.strip_prefix("bas,"));
    rows.map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        (cells[0].parse().unwrap(), cells[1].to_owned(), cells.last().unwrap().parse().unwrap())
    })
    .collect()
}

fn workbook(rows: &[(u32, String, f64)]) -> Vec<u8> {
    let mut workbook = Workbook::new();
    workbook
        .add_worksheet()
        .set_name("Läs mig")
        .unwrap()
        .write(0, 0, "Tabellen finns i nästa blad.")
        .unwrap();
    let sheet = workbook.add_worksheet().set_name("Bilaga 1").unwrap();
    for (column, heading) in ["Kod", "Kommun", "Belopp, kr"].into_iter().enumerate() {
        sheet.write(2, u16::try_from(column).unwrap(), heading).unwrap();
    }
    for (row, (code, name, amount)) in (3..).zip(rows) {
        sheet.write(row, 0, *code).unwrap().write(row, 1, name).unwrap().write(row, 2, *amount).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

fn amount_of(officer: &Browser, proposal: &str, post: &str, code: &str) -> String {
    let page = officer.get(&format!("{proposal}/fordelning?post={post}"));
    page.form("/fordelning").value_of(&format!("belopp-{code}")).replace(['\u{a0}', '\u{202f}'], " ")
}

fn is_empty(officer: &Browser, proposal: &str) {
    officer.get(&format!("{proposal}/fordelning")).expect("Ingen finns i postens tabell än.");
}

#[test]
fn a_table_that_was_the_wrong_one_is_thrown_away_with_a_reason() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    paste(&officer, &proposal, "Kommun;Belopp\nAle;381 308\n").expect_status(200);
    let form = start(&officer, &proposal).expect("Inläsning som inte är klar").form("/borttagning");
    let faults = form.submit().expect_status(422);
    assert!(!faults.error_at("reason").is_empty() && faults.error_at("file").is_empty());
    // Another was read meanwhile: that is not the one that was meant.
    let stale = form.set("reason", "Fel fil.");
    paste(&officer, &proposal, "Kommun;Belopp\nAlingsås;381 308\n").expect_status(200);
    let now = stale.submit().expect_status(409);
    assert!(now.error_at("reason").contains("En kollega har ändrat"), "{}", now.text());
    let form = now.form("/borttagning");
    assert_eq!(form.value_of("reason"), "Fel fil.");
    let gone = form.submit().expect_status(200).expect("Den inlästa tabellen är borttagen.");
    assert!(!gone.has_form("/borttagning"));
    form.submit().expect_status(200);
    let page = officer.get(&proposal);
    assert_eq!(page.text().matches("togs bort utan att användas").count(), 1);
    page.expect("Fel fil.").expect_not("En fördelningstabell lästes in");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn the_table_of_2018_is_pasted_proved_and_used() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "valfardsteknik-2018", "2027");
    let columns = paste(&officer, &proposal, &published("2018-valfardsteknik.txt")).expect_status(200);
    let columns = columns.expect("De första 15 av").expect("Upplands Väsby");
    let form = columns.form("/kolumner");
    assert_eq!((form.value_of("kod"), form.value_of("namn"), form.value_of("andel")), ("0", "1", "3"));
    assert_eq!(columns.value_of("rubrikrad"), "3");
    let page = proof(&columns).expect("290 efter kod").expect("350 000 000").expect_not("fel i tabellen");
    let page = page.expect("Andelarna summerar till");
    page.form("/anvandning").submit().expect_status(422).expect("Bekräfta eller rätta");
    is_empty(&officer, &proposal);
    let used = confirm_all(&page).expect_status(200).expect("Tabellen är inläst i förslaget.");
    assert!(used.address.contains("/fordelning?visa=inlast"));
    let post = used.form("/fordelning").value_of("post").to_owned();
    assert_eq!(amount_of(&officer, &proposal, &post, "0114"), "1 310 223");
    used.expect("0,37 %");
    let history = officer.get(&proposal).expect("En fördelningstabell lästes in");
    history.expect("Inklistrad tabell: 290 belopp, 350 000 000 kr");
    // Used, it is no longer there.
    start(&officer, &proposal).expect_not("Inläsning som inte är klar");
}

#[test]
fn what_a_workbook_hides_is_left_out_told_and_confirmed() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Tabell").unwrap();
    sheet.write_row(0, 0, ["Kommunkod", "Kommun", "Belopp"]).unwrap();
    for (row, (code, name, amount)) in (1..).zip(base_of_2022()) {
        sheet.write(row, 0, code).unwrap().write(row, 1, name).unwrap().write(row, 2, amount).unwrap();
    }
    sheet.set_row_hidden(2).unwrap();
    book.add_worksheet().set_name("Förra året").unwrap().set_hidden(true).write(0, 0, "Kommun").unwrap();
    let columns = upload(&officer, &proposal, "Bilaga 1.xlsx", book.save_to_buffer().unwrap());
    let columns = columns.expect_status(200).expect("Bilaga 1.xlsx, bladet Tabell");
    let columns = columns.expect("Bladet Förra året är dolt och lästes inte.").expect("raden 3 dold");
    let page = proof(&columns).expect("289 efter kod").expect("Bilaga 1.xlsx, bladet Tabell");
    let page = page
        .expect("I bladet Tabell är raden 3 dold. Det dolda har inte lästs.")
        .expect("Förra året är dolt");
    page.form("/anvandning").submit().expect_status(422).expect("Bekräfta eller rätta");
    confirm_all(&page).expect_status(200).expect("Tabellen är inläst");
    assert_eq!(amount_of(&officer, &proposal, "bas", "1489"), "");
}

#[test]
fn a_table_in_another_encoding_is_read_and_told() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let dos = b"Kommun;Belopp\nS\x94dert\x84lje;1\n\x8Fre;2\n".as_slice();
    let columns = upload(&officer, &proposal, "lista.csv", dos).expect_status(200);
    columns.expect("CP437 (DOS): ”Södertälje”, ”Åre”").expect("Ser å, ä och ö fel ut");
    let greek = b"Kommun;Belopp\n\xC1\xE8\xDE\xED\xE1;1\n".as_slice();
    let page = upload(&officer, &proposal, "lista.csv", greek).expect_status(422);
    assert!(page.error_at("file").contains("”ÁèÞíá” eller ”"), "{}", page.error_at("file"));
}

#[test]
fn a_workbook_is_held_against_the_round_before_and_the_posts_it_leaves_out_stay() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let skr = officer.get(&format!("{proposal}/fordelning?post=skr")).form("/nyckel").set("metod", "forra");
    skr.submit().expect_status(200);
    let mut rows = base_of_2022();
    // Ale gets 5 000 kr of Alingsås.
    assert_eq!((rows[0].0, rows[1].0), (1440, 1489));
    rows[0].2 += 5000.0;
    rows[1].2 -= 5000.0;
    let columns = upload(&officer, &proposal, "Bilaga 1.xlsx", workbook(&rows)).expect_status(200);
    assert_eq!(columns.form_with("/kolumner", "rubrikrad").value_of("blad"), "1");
    let other = columns.form_with("/kolumner", "Visa bladet").set("blad", "0").submit().expect_status(200);
    let other = other.expect("Tabellen finns i nästa blad.");
    let unsaid = other.form_with("/kolumner", "rubrikrad").submit().expect_status(422);
    assert!(unsaid.error_at("namn").contains("Ingen kolumn säger"), "{}", unsaid.text());
    let columns =
        other.form_with("/kolumner", "Visa bladet").set("blad", "1").submit().expect("Bilaga 1.xlsx");

    let page = proof(&columns).expect("290 efter kod").expect("Ale bas 381 308 386 308 5 000");
    let text = page.text();
    let differences = text.split("Skillnad mot förra omgången").nth(1).unwrap();
    assert!(differences.contains("5 000 +1,3 %"), "{differences}");
    assert_eq!(differences.matches("bas").count(), 2, "{differences}");
    let page = page
        .expect("Tabellen har inga rader för posten ”Medel till SKR”.")
        .expect("som posten har i förslaget står kvar");
    confirm_all(&page).expect_status(200).expect("Tabellen är inläst");
    assert_eq!(amount_of(&officer, &proposal, "bas", "1440"), "386 308");
    assert!(!amount_of(&officer, &proposal, "skr", "SKR").is_empty());
    let modell =
        officer.get(&format!("{proposal}/fordelning?post=modell")).form("/nyckel").set("metod", "forra");
    modell.submit().expect_status(200);
    officer.get(&format!("{proposal}/granska")).expect("Inga. Villkoren och fördelningen går ihop.");
}

#[test]
fn wrong_files_are_told_what_they_are_and_nothing_is_kept() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    for (name, bytes, words) in [
        ("tabell.xlsx", b"%PDF-1.4\n1 0 obj\n%%EOF".as_slice(), "Filen är en PDF."),
        ("tabell.xlsx", b"", "Filen är tom."),
        ("tabell.xlsx", b"PK\x03\x04 not a workbook", "Arbetsboken är skadad."),
        ("tabell.xls", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "det gamla formatet .xls"),
    ] {
        let page = upload(&officer, &proposal, name, bytes).expect_status(422);
        assert!(page.error_at("file").contains(words), "{name}: {}", page.error_at("file"));
    }
    start(&officer, &proposal).form("/import").submit().expect_status(422).expect("Välj en fil");
    paste(&officer, &proposal, " ").expect_status(422).expect("Klistra in tabellen");
    let large = vec![b'1'; 10 * 1024 * 1024 + 1];
    upload(&officer, &proposal, "stor.csv", large).expect_status(422).expect("större än 10 MB");
    start(&officer, &proposal).expect_not("Inläsning som inte är klar");
    officer.get(&format!("{proposal}/fordelning/import/kontroll")).expect("Ur en fil");
}

#[test]
fn a_faulty_row_stops_the_table_and_an_unknown_recipient_is_chosen_by_hand() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let mut rows = base_of_2022();
    rows[0].2 += 0.5;
    let file = workbook(&rows);
    let page = proof(&upload(&officer, &proposal, "ören.xlsx", file).expect_status(200));
    let page =
        page.expect("Ett fel i tabellen").expect("Bladet Bilaga 1, rad 4, kolumn C").expect("”381308,5”");
    let page = page.expect("Beloppen publiceras i hela kronor.").expect_not("Avrunda");
    // There is no button; neither is the way round it.
    assert!(!page.html().contains("<button class=\"ds-button\" type=\"submit\">Använd tabellen"));
    confirm_all(&page).expect_status(422).expect("Inget av den har sparats");
    is_empty(&officer, &proposal);

    let csv =
        "Kommun;Belopp\nAle;100 000\nAlingås;200 000\nAtlantis;300 000\nBerg;400 000\nSumma;1 000 000\n";
    // So small a sum looks like another post's; the officer knows better.
    let columns = paste(&officer, &proposal, csv).expect_status(200);
    assert_eq!(columns.value_of("belopp-bas"), "");
    let columns =
        columns.form("/kolumner").set("belopp-bas", "1").set("belopp-modell", "").set("belopp-skr", "1");
    let twice = columns.clone().submit().expect_status(422);
    assert!(twice.error_at("belopp-skr").contains("vald två gånger"), "{}", twice.text());
    let page = columns.set("belopp-skr", "").submit().expect_status(200).expect("2 fel i tabellen");
    let page = page.expect("Menar du Alingsås (1489)?");
    assert!(page.html().contains("<option value=\"1489\">Alingsås (1489)</option>"));
    confirm_all(&page).expect_status(422);
    let rows = page.form("/mottagare").set("rad-3", "1489");
    let wrong = rows.clone().set("annan-4", "Lyonesse").submit().expect_status(422);
    assert!(wrong.error_at("annan-4").contains("”Lyonesse” finns inte"));
    let chosen = rows.set("annan-4", "Arboga").submit().expect_status(200);
    let chosen = chosen.expect_not("fel i tabellen").expect("2 valda för hand").expect("Atlantis för Arboga");
    // What was said can be said anew.
    let left_out = chosen.form("/mottagare").set("rad-4", "utelamna").submit().expect_status(200);
    let left_out = left_out.expect("rad 4 ”Atlantis").expect("Summan på rad 6");
    confirm_all(&left_out).expect_status(200).expect("Tabellen är inläst");
    assert_eq!(amount_of(&officer, &proposal, "bas", "1489"), "200 000");
    assert_eq!(amount_of(&officer, &proposal, "bas", "1984"), "");

    // The rows come to something else than was decided: the post says so, with a remark.
    let terms = officer.get(&format!("{proposal}/poster"));
    assert_eq!(terms.value_of("post-0-rows_total").replace('\u{a0}', " "), "700 000");
    let remarks = officer.get(&format!("{proposal}/agreement.toml")).html();
    assert!(remarks.contains("Raderna i posten bas summerar till 700\u{a0}000"), "{remarks}");
    // And what the table does not mend is told where it is.
    officer.get(&format!("{proposal}/granska")).expect("har 3 rader, men ska ha 290");

    // A table that comes to what was decided takes both away again.
    let whole = proof(&upload(&officer, &proposal, "hel.xlsx", workbook(&base_of_2022())));
    confirm_all(&whole.expect("167 100 000")).expect_status(200);
    assert_eq!(officer.get(&format!("{proposal}/poster")).value_of("post-0-rows_total"), "");
    assert!(!officer.get(&format!("{proposal}/agreement.toml")).html().contains("Raderna i posten"));
}

#[test]
fn two_officers_use_it_once_and_neither_over_what_the_other_changed() {
    let portal = Portal::new();
    let anna = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Anna");
    let bo = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Bo");
    let proposal = copy_of(&anna, "aldreomsorg-2022", "2027");
    let page = proof(&upload(&anna, &proposal, "a.xlsx", workbook(&base_of_2022())));
    let columns = bo.get(&format!("{proposal}/fordelning/import/kolumner"));

    // The proposal changed after the proof.
    let skr = bo.get(&format!("{proposal}/fordelning?post=skr")).form("/nyckel").set("metod", "forra");
    skr.submit().expect_status(200);
    let again = confirm_all(&page).expect_status(409).expect("En kollega har ändrat förslaget");
    is_empty(&anna, &proposal);
    // Columns said anew make another table of it.
    proof(&anna.get(&format!("{proposal}/fordelning/import/kolumner")));
    columns.form_with("/kolumner", "rubrikrad").submit().expect_status(409).expect("En kollega har ändrat");
    let bos = proof(&bo.get(&format!("{proposal}/fordelning/import/kolumner")));
    confirm_all(&again).expect_status(409);
    is_empty(&anna, &proposal);

    let annas = anna.get(&format!("{proposal}/fordelning/import/kontroll"));
    let with_all = |page: &Page| {
        let html = page.html();
        html.split("name=\"bekrafta-")
            .skip(1)
            .fold(page.form("/anvandning"), |form, part| form.add(&format!("bekrafta-{}", &part[..16]), "ja"))
    };
    let forms = [with_all(&annas), with_all(&bos)];
    let pages = at_once(forms.clone());
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    // A second click of whoever was first is led to the same place.
    let first = pages.iter().position(|page| page.status == 200).unwrap();
    forms[first].submit().expect_status(200).expect("Tabellen är inläst");
    forms[1 - first].submit().expect_status(409).expect("redan använd");
    let times = anna.get(&proposal).text().matches("En fördelningstabell lästes in").count();
    assert_eq!(times, 1);
}

#[test]
fn another_authority_and_a_proposal_that_waits_are_left_alone() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let form = start(&officer, &proposal).form("/import/text").set("text", "Kommun;Belopp\nAle;1\n");
    let stranger = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Främling");
    for page in ["", "/kolumner", "/kontroll"] {
        stranger.get(&format!("{proposal}/fordelning/import{page}")).expect_status(404);
    }
    let csrf = stranger.get("/forslag/nytt").form("/forslag").value_of("csrf").to_owned();
    form.clone().set("csrf", &csrf).sent_by(&stranger).submit().expect_status(404);
    for post in ["bas", "modell", "skr"] {
        let table = officer.get(&format!("{proposal}/fordelning?post={post}"));
        table.form("/nyckel").set("metod", "forra").submit().expect_status(200);
    }
    let page = proof(&form.submit().expect_status(200));
    officer.get(&proposal).form("/framlaggning").submit().expect_status(200).expect("Framlagt för beslut");
    confirm_all(&page).expect_status(409).expect("framlagt för beslut");
    form.submit().expect_status(409);
    officer.get(&format!("{proposal}/fordelning/import")).expect_status(409);
    assert!(!officer.get(&format!("{proposal}/fordelning")).has_link("Läs in en färdig tabell"));
}

fn counties(heading: &str, amount: &str) -> String {
    const NAMES: &str = "Stockholm,Uppsala,Södermanland,Östergötland,Jönköping,Kronoberg,Kalmar,Gotland,Blekinge,Skåne,Halland,Västra Götaland,Värmland,Örebro,Västmanland,Dalarna,Gävleborg,Västernorrland,Jämtland,Västerbotten,Norrbotten";
    let rows: Vec<String> = NAMES.split(',').map(|name| format!("{name};{amount}")).collect();
    format!("{heading};Belopp\n{}\n", rows.join("\n"))
}

#[test]
fn whom_a_table_is_about_is_chosen_where_its_names_fit_several_and_seen_on_every_page() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let columns = paste(&officer, &proposal, &counties("Namn", "7 957 143")).expect_status(200);
    let columns = columns
        .expect("Namnen i tabellen passar på regioner och regionala samverkans- och stödstrukturer (RSS).");
    assert_eq!(columns.value_of("slag"), "");
    let form = columns.form_with("/kolumner", "rubrikrad").set("belopp-bas", "1").set("enhet", "kr");
    let asked = form.clone().submit().expect_status(422);
    assert!(asked.error_at("slag").contains("Välj vilka som menas"), "{}", asked.text());
    let proof = form.set("slag", "rss").submit().expect_status(200).expect("21 RSS");
    let proof = proof.expect("Förra omgången gick posten till kommuner");
    confirm_all(&proof).expect_status(200).expect("21 RSS").expect("RSS Stockholms län, RSS01");
    officer.get(&format!("{proposal}/granska")).expect("21 RSS");

    // A heading says it; the earlier round was another kind, which is to be confirmed.
    let columns = paste(&officer, &proposal, &counties("Region", "7 957 143")).expect_status(200);
    let form = columns.form_with("/kolumner", "rubrikrad");
    assert_eq!(form.value_of("slag"), "region");
    form.set("belopp-bas", "1").submit().expect_status(200).expect("20 regioner, 1 kommun");
}

#[test]
fn a_table_in_thousands_is_read_in_thousands_and_never_as_kronor_unseen() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let rows: Vec<String> = base_of_2022()
        .iter()
        .map(|(code, name, kr)| format!("{code:04};{name};{}", (kr / 1000.0).round()))
        .collect();
    let csv = format!("Kod;Kommun;Belopp (tkr)\n{}\n", rows.join("\n"));
    let columns = paste(&officer, &proposal, &csv).expect_status(200);
    let form = columns.form_with("/kolumner", "rubrikrad");
    assert_eq!(form.value_of("enhet"), "tkr");
    let as_kronor = form.clone().set("enhet", "kr").submit().expect_status(200);
    let as_kronor = as_kronor
        .expect("Tabellens belopp står antagligen i tusental kronor (tkr).")
        .expect("Tabellen säger tusental");
    confirm_all(&as_kronor).expect_status(422);
    let proof = officer.get(&format!("{proposal}/fordelning/import/kolumner"));
    let proof = proof.form_with("/kolumner", "rubrikrad").set("enhet", "tkr").submit().expect_status(200);
    let proof = proof.expect("Beloppen i tabellen läses som tusental kronor (tkr): ”381” blir 381 000 kr.");
    confirm_all(&proof).expect_status(200);
    assert_eq!(amount_of(&officer, &proposal, "bas", "1440"), "381 000");
    // The rounded rows do not come to the post: it is not said that all is well.
    let posts = officer.get(&format!("{proposal}/poster")).form("/poster");
    posts.set("post-0-rows_at_floor", "").submit().expect_status(200);
    for post in ["modell", "skr"] {
        let table = officer.get(&format!("{proposal}/fordelning?post={post}"));
        table.form("/nyckel").set("metod", "forra").submit().expect_status(200);
    }
    let granska = officer.get(&format!("{proposal}/granska")).expect_not("fördelningen går ihop");
    granska.expect("går inte ihop med postens belopp i Stimulansmedel till samtliga kommuner");
}

#[test]
fn a_post_that_is_new_this_round_is_told_as_new() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "aldreomsorg-2022", "2027");
    let posts = officer.get(&format!("{proposal}/poster"));
    posts.form("/poster").set("post-0-key", "grund").submit().expect_status(200);
    let page = proof(&upload(&officer, &proposal, "a.xlsx", workbook(&base_of_2022())));
    page.expect_not("Alla mottagare har samma belopp")
        .expect("fanns inte förra omgången: alla postens mottagare är nya.");
}

#[test]
fn shares_that_a_workbook_shows_in_percent_are_published_so() {
    let portal = Portal::new();
    let officer = portal.officer();
    let proposal = copy_of(&officer, "valfardsteknik-2018", "2027");
    let (rows, total) = (base_of_2022(), 167_100_000.0);
    let mut book = Workbook::new();
    let percent = rust_xlsxwriter::Format::new().set_num_format("0.00%");
    let sheet = book.add_worksheet();
    for (column, heading) in ["Kod", "Kommun", "Belopp", "Andel"].into_iter().enumerate() {
        sheet.write(0, u16::try_from(column).unwrap(), heading).unwrap();
    }
    for (row, (code, name, amount)) in (1..).zip(&rows) {
        sheet.write(row, 0, *code).unwrap().write(row, 1, name).unwrap().write(row, 2, *amount).unwrap();
        sheet.write_with_format(row, 3, amount / total, &percent).unwrap();
    }
    let columns = upload(&officer, &proposal, "andelar.xlsx", book.save_to_buffer().unwrap());
    let used = confirm_all(&proof(&columns)).expect_status(200);
    used.expect("1440, 0,23 %");
    let csv = officer.get(&format!("{proposal}/allocation.csv")).html();
    assert!(csv.contains(",Ale,\"0,23\",381308"), "{csv}");
}

//! Uploaded scans: too large, empty, not what they are called, oddly named. And how they are given back.

use crate::{
    browser::{Browser, Form, Page},
    files::{JPEG, LOCKED_PDF, OWNER_LOCKED_PDF, PDF, PNG},
    journeys::issue,
    portal::Portal,
};

const TEN_MB: usize = 10 * 1024 * 1024;

struct Scan {
    preparer: Browser,
    form: Form,
    requisition: String,
}

/// A requisition of Ale's that waits for its scan.
fn scan(portal: &Portal) -> Scan {
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "10 000");
    Scan { form: issued.form("/inskannad"), requisition: issued.address, preparer }
}

impl Scan {
    fn upload(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Page {
        self.form.clone().file("file", name, bytes).submit()
    }

    #[track_caller]
    fn expect_refused(&self, page: Page, words: &str) {
        let page = page.expect_status(422).expect("Rätta uppgifterna");
        assert!(page.error_at("file").contains(words), "{}", page.error_at("file"));
        self.preparer.get(&self.requisition).expect("Väntar på underskrift").expect_not("kB,");
    }

    /// Uploads a PDF under a name as raw bytes between the quotes, and gives the download.
    #[track_caller]
    fn upload_raw(&self, file_name: &[u8]) -> Page {
        let mut body = Vec::new();
        for name in ["csrf", "revision"] {
            let value = self.form.value_of(name);
            body.extend(
                format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes(),
            );
        }
        body.extend(b"--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"");
        body.extend(file_name);
        body.extend(b"\"\r\ncontent-type: text/html\r\n\r\n");
        body.extend(PDF);
        body.extend(b"\r\n--x--\r\n");
        self.preparer.post(self.form.action(), "multipart/form-data; boundary=x", body).expect_status(200);
        self.download()
    }

    #[track_caller]
    fn download(&self) -> Page {
        let html = self.preparer.get(&self.requisition).html();
        let (_, rest) = html.split_once("/bilagor/").expect("an attachment");
        self.preparer.get(&format!("{}/bilagor/{}", self.requisition, &rest[..36])).expect_status(200)
    }
}

/// The name that a browser saves the file under.
fn saved_as(page: &Page) -> String {
    let disposition = disposition(page);
    let (_, written) = disposition.split_once("filename*=UTF-8''").expect("a name of any letters");
    let mut bytes = Vec::new();
    let mut rest = written.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
            rest = &rest[2..];
        } else {
            assert!(first.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(first), "{disposition}");
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).unwrap()
}

fn disposition(page: &Page) -> String {
    page.headers["content-disposition"].to_str().unwrap().to_owned()
}

#[test]
fn a_file_of_ten_megabytes_is_the_largest() {
    let portal = Portal::new();
    let scan = scan(&portal);
    let mut bytes = PDF.to_vec();
    bytes.resize(TEN_MB + 1, b'\n');
    scan.expect_refused(scan.upload("stor.pdf", bytes.clone()), "större än 10 MB");
    bytes.resize(3 * TEN_MB, b'\n');
    scan.expect_refused(scan.upload("större.pdf", bytes.clone()), "större än 10 MB");
    bytes.resize(TEN_MB, b'\n');
    scan.upload("lagom.pdf", bytes).expect_status(200).expect("Kvitto");
    assert_eq!(scan.download().bytes.len(), TEN_MB);
}

#[test]
fn no_file_an_empty_one_and_two_are_told_at_the_field() {
    let portal = Portal::new();
    let scan = scan(&portal);
    scan.expect_refused(scan.form.submit(), "Välj den inskannade");
    scan.expect_refused(scan.upload("", ""), "Välj den inskannade");
    scan.expect_refused(scan.upload("tom.pdf", ""), "tom");
    let two = scan.form.clone().file("file", "sida 1.pdf", PDF).file("file", "sida 2.pdf", PDF);
    scan.expect_refused(two.submit(), "en fil");
}

#[test]
fn a_file_is_what_its_bytes_say_and_not_what_it_is_called() {
    let portal = Portal::new();
    let scan = scan(&portal);
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>";
    for (name, bytes, words) in [
        ("blankett.pdf", b"PK\x03\x04\x14\0\0\0zip".as_slice(), "zip-arkiv"),
        ("blankett.png", b"<!DOCTYPE html><html><script>alert(1)</script></html>", "en webbsida"),
        ("blankett.svg", svg.as_bytes(), "en SVG-bild"),
        ("blankett.jpg", b"GIF89a\x01\0\x01\0\0\0\0;", "en GIF-bild. Spara bilden som JPEG eller PDF"),
        ("blankett.pdf", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "en bild från iPhone (HEIC)"),
        ("blankett.pdf", b"MZ\x90\0program", "ett program"),
        ("blankett.pdf", b"text", "en textfil"),
        ("blankett.pdf", b"<!DOCTYPE html><html><script>alert(1)</script>%PDF-1.4</html>", "en webbsida"),
        ("blankett.html", b"\xef\xbb\xbf<p>%PDF-1.4", "en webbsida"),
        ("blankett.pdf", b"%", "inte en PDF, PNG eller JPEG"),
    ] {
        scan.expect_refused(scan.upload(name, bytes), words);
    }
}

#[test]
fn what_nobody_can_open_is_refused_with_how_to_mend_it() {
    let portal = Portal::new();
    let scan = scan(&portal);
    for (name, bytes, words) in [
        ("låst.pdf", LOCKED_PDF, "låst med lösenord"),
        ("halv.pdf", &PDF[..PDF.len() / 2], "avklippt"),
        ("skräp.pdf", b"%PDF-1.7\nskr\xe4p\n%%EOF\n", "går inte att öppna"),
        ("halv.png", &PNG[..PNG.len() / 2], "avklippt"),
        ("halv.jpg", &JPEG[..JPEG.len() / 2], "avklippt"),
    ] {
        scan.expect_refused(scan.upload(name, bytes), words);
    }
    scan.upload("skrivskydd.pdf", OWNER_LOCKED_PDF).expect_status(200).expect("Kvitto");
    assert_eq!(scan.download().bytes, OWNER_LOCKED_PDF);
}

#[test]
fn pictures_are_given_back_as_what_they_are() {
    let portal = Portal::new();
    for (name, bytes, media_type, given) in
        [("skan.pdf", PNG, "image/png", "skan.png"), ("skan.png.exe", JPEG, "image/jpeg", "skan.png.jpg")]
    {
        let scan = scan(&portal);
        scan.upload(name, bytes).expect_status(200);
        let file = scan.download();
        assert_eq!(file.headers["content-type"], media_type);
        assert!(disposition(&file).contains(&format!("filename=\"{given}\"")), "{}", disposition(&file));
        assert_eq!(file.bytes, bytes);
    }
}

#[test]
fn a_file_is_saved_and_never_shown_as_a_page() {
    let portal = Portal::new();
    let scan = scan(&portal);
    scan.upload("skan.pdf", PDF).expect_status(200);
    let file = scan.download();
    assert_eq!(file.headers["x-content-type-options"], "nosniff");
    assert_eq!(file.headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(file.headers["cache-control"], "no-store");
    assert!(disposition(&file).starts_with("attachment"));
}

#[test]
fn a_file_name_keeps_nothing_that_could_do_harm() {
    let portal = Portal::new();
    for (raw, kept) in [
        (b"../../../etc/passwd".to_vec(), "passwd.pdf"),
        (b"C:\\\\skan\\\\rekvisition.pdf".to_vec(), "rekvisition.pdf"),
        (b"a%22b;c=d.pdf".to_vec(), "a_b;c=d.pdf"),
        (b"a\\\"b.pdf".to_vec(), "a_b.pdf"),
        ("räkning\u{202e}fdp.exe".as_bytes().to_vec(), "räkning_fdp.pdf"),
        ("<b>&amp;.pdf".as_bytes().to_vec(), "_b_&amp;.pdf"),
        ("A\u{30a}rsbokslut – 50 %.pdf".as_bytes().to_vec(), "Årsbokslut – 50 %.pdf"),
        ("Blankett Åre – 2/3, d’Arc #1.PDF".as_bytes().to_vec(), "Blankett Åre – 2_3, d’Arc #1.pdf"),
        (b"...".to_vec(), "fil.pdf"),
        (vec![b'a'; 3000], &format!("{}.pdf", "a".repeat(200))),
    ] {
        let scan = scan(&portal);
        let file = scan.upload_raw(&raw);
        let page = scan.preparer.get(&scan.requisition);
        assert!(page.has_link(kept), "{kept}: {}", page.text());
        assert_eq!(saved_as(&file), kept);
    }
}

#[test]
fn a_file_name_with_a_line_break_adds_no_header() {
    let portal = Portal::new();
    let scan = scan(&portal);
    let page = scan.form.clone().file("file", "a\r\nset-cookie: b.pdf", PDF).submit();
    // Whether the name is mended or the post refused is the parser's choice; a header of its own it never gets.
    assert!(matches!(page.status, 200 | 400), "{}", page.text());
    if page.status == 200 {
        assert!(!scan.download().headers.contains_key("set-cookie"));
    }
}

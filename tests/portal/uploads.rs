//! Uploaded scans: too large, empty, not what they are called, oddly named. And how they are given back.

use crate::{
    browser::{Browser, Form, Page},
    journeys::issue,
    portal::Portal,
};

const PDF: &[u8] = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
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
    for (name, bytes) in [
        ("blankett.pdf", b"PK\x03\x04\x14\0\0\0zip".as_slice()),
        ("blankett.png", b"<!DOCTYPE html><html><script>alert(1)</script></html>"),
        ("blankett.svg", svg.as_bytes()),
        ("blankett.jpg", b"GIF89a\x01\0\x01\0\0\0\0;"),
        ("blankett.pdf", b"MZ\x90\0program"),
        ("blankett.pdf", b"text"),
        ("blankett.pdf", b"<!DOCTYPE html><html><script>alert(1)</script>%PDF-1.4</html>"),
        ("blankett.html", b"\xef\xbb\xbf<p>%PDF-1.4"),
        ("blankett.pdf", b"%"),
    ] {
        scan.expect_refused(scan.upload(name, bytes), "inte en PDF, PNG eller JPEG");
    }
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
        (b"a%22b;c=d.pdf".to_vec(), "a_22b_c_d.pdf"),
        (b"a\\\"b.pdf".to_vec(), "a_b.pdf"),
        ("räkning\u{202e}fdp.exe".as_bytes().to_vec(), "räkning_fdp.pdf"),
        ("<b>&amp;.pdf".as_bytes().to_vec(), "_b__amp_.pdf"),
        (b"...".to_vec(), "fil.pdf"),
        (vec![b'a'; 3000], &format!("{}.pdf", "a".repeat(80))),
    ] {
        let scan = scan(&portal);
        let file = scan.upload_raw(&raw);
        let page = scan.preparer.get(&scan.requisition);
        assert!(page.has_link(kept), "{kept}: {}", page.text());
        let ascii: String = kept.chars().map(|c| if c.is_ascii() { c } else { '_' }).collect();
        assert!(disposition(&file).contains(&format!("filename=\"{ascii}\"")), "{}", disposition(&file));
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

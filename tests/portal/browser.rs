//! A browser without JavaScript: cookies, redirects, links, and forms with what stands in them.

use std::{
    sync::{Arc, Barrier},
    time::Duration,
};

use reqwest::{
    Method, Url,
    blocking::{Client, RequestBuilder, Response, multipart},
    cookie::{CookieStore, Jar},
    header, redirect,
};
use scraper::{ElementRef, Html, Selector};

#[derive(Clone)]
pub struct Browser {
    client: Client,
    cookies: Arc<Jar>,
    base: String,
}

/// A page as it came, with the browser that asked for it.
pub struct Page {
    pub status: u16,
    /// Path and query.
    pub address: String,
    pub headers: header::HeaderMap,
    pub bytes: Vec<u8>,
    browser: Browser,
}

/// A form on a page, with its hidden fields and what stands in the others.
#[derive(Clone)]
pub struct Form {
    action: String,
    fields: Vec<(String, String)>,
    files: Vec<(String, String, Vec<u8>)>,
    is_multipart: bool,
    browser: Browser,
}

fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

impl Browser {
    pub fn new(base: &str) -> Self {
        Self::with(base, Arc::new(Jar::default()), redirect::Policy::default())
    }

    fn with(base: &str, cookies: Arc<Jar>, redirects: redirect::Policy) -> Self {
        // The client is built with TLS, because the portal's is: it wants to know whose, although the tests never use it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .tls_certs_only([])
            .cookie_provider(Arc::clone(&cookies))
            .redirect(redirects)
            .no_proxy()
            // A long document is typeset slowly by a program that is not optimised.
            .timeout(Duration::from_secs(150))
            // A kept connection may be closed just as it is used again.
            .pool_max_idle_per_host(0)
            .build()
            .unwrap();
        Self { client, cookies, base: base.to_owned() }
    }

    /// The same browser, which shows a redirect instead of following it.
    pub fn stopping(&self) -> Self {
        Self::with(&self.base, Arc::clone(&self.cookies), redirect::Policy::none())
    }

    /// The session's cookie, as the browser sends it; empty when it has none.
    pub fn cookie(&self) -> String {
        let sent = self.cookies.cookies(&self.url("/"));
        let sent = sent.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
        // Beside the one that says that the browser has signed in before, in any order.
        let session = sent.split("; ").find(|cookie| cookie.contains("bidragsporten="));
        session.unwrap_or_default().to_owned()
    }

    /// Somebody puts this cookie into the browser.
    pub fn keep_cookie(&self, cookie: &str) {
        self.cookies.add_cookie_str(&format!("{cookie}; Path=/"), &self.url("/"));
    }

    fn url(&self, address: &str) -> Url {
        format!("{}{address}", self.base).parse().unwrap()
    }

    /// A request that no page of the portal would make.
    pub fn request(&self, method: Method, address: &str) -> RequestBuilder {
        self.client.request(method, self.url(address))
    }

    pub fn get(&self, address: &str) -> Page {
        self.send(self.client.get(format!("{}{address}", self.base)))
    }

    /// A post with this body, as the site's own page would send it.
    pub fn post(&self, address: &str, content_type: &str, body: impl Into<Vec<u8>>) -> Page {
        self.send(
            self.client
                .post(format!("{}{address}", self.base))
                .header(header::ORIGIN, &self.base)
                .header(header::CONTENT_TYPE, content_type)
                .body(body.into()),
        )
    }

    pub fn post_fields(&self, address: &str, fields: &[(&str, &str)]) -> Page {
        let body = serde_html_form::to_string(fields).unwrap();
        self.post(address, "application/x-www-form-urlencoded", body)
    }

    pub fn send(&self, request: RequestBuilder) -> Page {
        self.read(request.send().unwrap())
    }

    fn read(&self, response: Response) -> Page {
        let url = response.url().clone();
        let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
        Page {
            status: response.status().as_u16(),
            address: format!("{}{query}", url.path()),
            headers: response.headers().clone(),
            bytes: response.bytes().unwrap().to_vec(),
            browser: self.clone(),
        }
    }
}

impl Page {
    pub fn html(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// What a reader sees in the page's main part, white space folded and no-break spaces made plain.
    pub fn text(&self) -> String {
        let document = Html::parse_document(&self.html());
        let main = document.select(&selector("main")).next().unwrap_or(document.root_element());
        fold(&main.text().collect::<Vec<_>>().join(" "))
    }

    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}: {}", self.address, self.text());
        self
    }

    #[track_caller]
    pub fn expect(self, text: &str) -> Self {
        assert!(self.text().contains(text), "{} does not say «{text}»: {}", self.address, self.text());
        self
    }

    #[track_caller]
    pub fn expect_not(self, text: &str) -> Self {
        assert!(!self.text().contains(text), "{} says «{text}»: {}", self.address, self.text());
        self
    }

    /// The message at a field, empty when there is none.
    pub fn error_at(&self, field: &str) -> String {
        let document = Html::parse_document(&self.html());
        let found = document.select(&selector(&format!("#{field}-fel"))).next();
        found.map(|element| fold(&element.text().collect::<String>())).unwrap_or_default()
    }

    /// What stands in a field.
    #[track_caller]
    pub fn value_of(&self, field: &str) -> String {
        let document = Html::parse_document(&self.html());
        let element = document.select(&selector(&format!("#{field}"))).next();
        value(element.unwrap_or_else(|| panic!("{} has no field {field}", self.address)))
    }

    /// What the box of this field sends whose label ends so.
    #[track_caller]
    pub fn choice_of(&self, field: &str, label: &str) -> String {
        let document = Html::parse_document(&self.html());
        let boxes = selector(&format!("input[name={field}]"));
        let is_it =
            |one: &ElementRef<'_>| one.value().attr("aria-label").is_some_and(|told| told.ends_with(label));
        let found = document.select(&boxes).find(is_it);
        let found = found.unwrap_or_else(|| panic!("{} has no {field} «{label}»", self.address));
        found.value().attr("value").unwrap_or_default().to_owned()
    }

    /// What stands beside a term in a list of facts.
    #[track_caller]
    pub fn fact(&self, term: &str) -> String {
        let document = Html::parse_document(&self.html());
        let pairs = selector("dl > div");
        let (term_of, fact_of) = (selector("dt"), selector("dd"));
        let text = |pair: &ElementRef<'_>, part: &Selector| {
            pair.select(part).next().map(|found| fold(&found.text().collect::<String>())).unwrap_or_default()
        };
        let pair = document.select(&pairs).find(|pair| text(pair, &term_of) == term);
        let pair = pair.unwrap_or_else(|| panic!("{} has no «{term}»: {}", self.address, self.text()));
        text(&pair, &fact_of)
    }

    /// Where somebody else saved first: what was typed at a field, and what is saved there.
    #[track_caller]
    pub fn beside(&self, label: &str) -> [String; 2] {
        let document = Html::parse_document(&self.html());
        let (rows, cells) = (selector("table.conflict tbody tr"), selector("th, td"));
        let text = |cell: ElementRef<'_>| fold(&cell.text().collect::<String>());
        let mut rows = document.select(&rows).map(|row| row.select(&cells).map(text).collect::<Vec<_>>());
        let row = rows.find(|row| row[0] == label);
        let row = row.unwrap_or_else(|| panic!("{} has no «{label}» beside: {}", self.address, self.text()));
        [row[1].clone(), row[2].clone()]
    }

    /// Follows the link with this text.
    #[track_caller]
    pub fn follow(&self, text: &str) -> Page {
        let document = Html::parse_document(&self.html());
        let found = document
            .select(&selector("a[href]"))
            .find(|link| fold(&link.text().collect::<String>()).starts_with(text));
        let link = found.unwrap_or_else(|| panic!("{} has no link «{text}»: {}", self.address, self.text()));
        self.browser.get(link.value().attr("href").unwrap())
    }

    pub fn has_link(&self, text: &str) -> bool {
        let document = Html::parse_document(&self.html());
        document
            .select(&selector("a[href]"))
            .any(|link| fold(&link.text().collect::<String>()).starts_with(text))
    }

    pub fn has_form(&self, action_end: &str) -> bool {
        self.find_form(action_end, "").is_some()
    }

    /// The form whose address ends so.
    #[track_caller]
    pub fn form(&self, action_end: &str) -> Form {
        self.form_with(action_end, "")
    }

    /// The form whose address ends so and whose HTML has this text in it, where there are several.
    #[track_caller]
    pub fn form_with(&self, action_end: &str, content: &str) -> Form {
        self.find_form(action_end, content)
            .unwrap_or_else(|| panic!("{} has no form to {action_end}: {}", self.address, self.text()))
    }

    fn find_form(&self, action_end: &str, content: &str) -> Option<Form> {
        let document = Html::parse_document(&self.html());
        let forms = selector("form[method=post]");
        let form = document.select(&forms).find(|form| {
            form.value().attr("action").is_some_and(|action| ends_so(action, action_end))
                && form.html().contains(content)
        })?;
        let fields = form
            .select(&selector("input[name], select[name], textarea[name]"))
            .filter(|field| is_sent(*field))
            .map(|field| (field.value().attr("name").unwrap().to_owned(), value(field)))
            .collect();
        Some(Form {
            action: form.value().attr("action").unwrap().to_owned(),
            fields,
            files: Vec::new(),
            is_multipart: form.value().attr("enctype") == Some("multipart/form-data"),
            browser: self.browser.clone(),
        })
    }
}

/// Whether an address ends so, with the way back that a case's form may have behind it or without.
fn ends_so(action: &str, end: &str) -> bool {
    action.ends_with(end) || action.split('?').next().is_some_and(|path| path.ends_with(end))
}

/// What a browser sends without being told: no unchecked box, no file.
fn is_sent(field: ElementRef<'_>) -> bool {
    match field.value().attr("type") {
        Some("checkbox" | "radio") => field.value().attr("checked").is_some(),
        Some("file" | "submit") => false,
        _ => true,
    }
}

fn value(field: ElementRef<'_>) -> String {
    match field.value().name() {
        "textarea" => {
            let text = field.text().collect::<String>();
            text.strip_prefix('\n').unwrap_or(&text).to_owned()
        }
        "select" => {
            let chosen = field.select(&selector("option[selected]")).next();
            let option = chosen.or_else(|| field.select(&selector("option")).next());
            option.and_then(|option| option.value().attr("value")).unwrap_or_default().to_owned()
        }
        _ => field.value().attr("value").unwrap_or_default().to_owned(),
    }
}

fn fold(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}'], " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Form {
    /// Types into a field, chooses, or presses a button with this name and value.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub fn file(mut self, name: &str, file_name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), file_name.to_owned(), bytes.into()));
        self
    }

    /// Beside what the form has already.
    pub fn add(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn names(&self) -> Vec<String> {
        self.fields.iter().map(|(name, _)| name.clone()).collect()
    }

    /// By a button that leads elsewhere than the form's others.
    pub fn at(mut self, action: &str) -> Self {
        action.clone_into(&mut self.action);
        self
    }

    pub fn action(&self) -> &str {
        &self.action
    }

    pub fn value_of(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// The same form, open in another browser.
    pub fn sent_by(mut self, browser: &Browser) -> Self {
        self.browser = browser.clone();
        self
    }

    pub fn submit(&self) -> Page {
        self.submit_from(&self.browser.base)
    }

    /// As a page of another site would send it.
    pub fn submit_from(&self, origin: &str) -> Page {
        let request = self
            .browser
            .client
            .post(format!("{}{}", self.browser.base, self.action))
            .header(header::ORIGIN, origin);
        let request = if self.is_multipart {
            let mut parts = multipart::Form::new();
            for (name, value) in &self.fields {
                parts = parts.text(name.clone(), value.clone());
            }
            for (name, file_name, bytes) in &self.files {
                let part = multipart::Part::bytes(bytes.clone()).file_name(file_name.clone());
                parts = parts.part(name.clone(), part);
            }
            request.multipart(parts)
        } else {
            request.form(&self.fields)
        };
        self.browser.send(request)
    }
}

/// Submits all of them at the same moment, from a thread each.
pub fn at_once(forms: impl IntoIterator<Item = Form>) -> Vec<Page> {
    let forms: Vec<Form> = forms.into_iter().collect();
    let start = Barrier::new(forms.len());
    std::thread::scope(|scope| {
        let posts: Vec<_> = forms
            .iter()
            .map(|form| {
                scope.spawn(|| {
                    start.wait();
                    form.submit()
                })
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    })
}

//! A post that cannot be carried out yet: the session ended, or the person is to show once more who it is. It is held in the
//! page that asks, sealed, and given back to the person whose form it was. Anybody else gets nothing of it.

use actix_web::{HttpMessage, HttpRequest, dev::Payload, http::header};
use serde::{Deserialize, Serialize};

use super::{browser, error::AppError, form, once, seal::Key, upload};

/// What is sealed is a held post.
const PURPOSE: &str = "held post";
/// Never held: what shows who somebody is.
const SECRET_FIELDS: [&str; 6] = ["password", "new_password", "code", "csrf", "bekraftelse", "passkey"];

/// A field that shows who somebody is, or says which form it was. Not what was typed or chosen.
pub fn is_secret(field: &str) -> bool {
    field == once::FIELD || SECRET_FIELDS.contains(&field)
}

/// A post that is held, or an address to go to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resume {
    pub action: String,
    pub fields: Vec<(String, String)>,
    /// The form's own token, which says whose it was ([`crate::people::access::owner`]). Empty for an address.
    pub owner: String,
    /// The form's id: what is sent on is the same post ([`once`]).
    pub once: String,
    /// The page that the form stood on.
    pub page: String,
    /// The name of the file that was sent along, of a form that has one; empty when none was chosen. It is not held itself.
    pub file: Option<String>,
}

impl Resume {
    pub fn to(action: impl Into<String>) -> Self {
        Self { action: action.into(), ..Self::default() }
    }

    /// The post of a form, as far as it can be held.
    pub fn of_post(request: &HttpRequest, fields: Vec<(String, String)>, file: Option<String>) -> Self {
        let hidden = |wanted| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
        let (owner, id) = (hidden("csrf").unwrap_or_default(), hidden(once::FIELD).unwrap_or_default());
        Self {
            action: address_of(request),
            fields: fields.into_iter().filter(|(name, _)| !is_secret(name)).collect(),
            owner,
            once: id,
            page: page_before(request),
            file,
        }
    }

    /// Something that somebody typed, chose or decided; otherwise an address.
    pub fn is_post(&self) -> bool {
        !self.owner.is_empty()
    }

    pub fn is_button(&self) -> bool {
        self.fields.is_empty() && self.file.is_none()
    }

    /// What a page holds: nobody reads it there, and nobody changes it.
    pub fn seal(&self, key: &Key) -> Result<String, AppError> {
        if !self.is_post() {
            return Ok(String::new());
        }
        let text = serde_json::to_string(self).map_err(|error| AppError::internal(error.to_string()))?;
        Ok(key.seal(text.as_bytes(), PURPOSE)?)
    }

    /// What came back from a page; the address alone where nothing was held, or where it is no page of ours.
    pub fn open(key: &Key, address: String, sealed: &str) -> Self {
        let held = key.open(sealed, PURPOSE).ok().and_then(|text| serde_json::from_slice(&text).ok());
        held.unwrap_or_else(|| Self::to(address))
    }

    /// As a row keeps it.
    pub fn to_row(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From a row: what cannot be read was held by an earlier version.
    pub fn from_row(action: String, row: &str) -> Self {
        serde_json::from_str(row).unwrap_or_else(|_| Self::to(action))
    }
}

/// The path, with the way back that a case's form has in its address.
fn address_of(request: &HttpRequest) -> String {
    request.uri().path_and_query().map_or_else(|| request.path().to_owned(), ToString::to_string)
}

/// The page that posted, as the browser says. Only used as an address of ours.
fn page_before(request: &HttpRequest) -> String {
    let text = |name| request.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let (Some(page), Some(host)) = (text(header::REFERER), text(header::HOST)) else { return String::new() };
    let (_, after_scheme) = page.split_once("://").unwrap_or_default();
    after_scheme.strip_prefix(host).filter(|path| path.starts_with('/')).unwrap_or_default().to_owned()
}

/// What this request posted, for the page that asks something before it is carried out.
struct Held(Resume);

pub fn keep(request: &HttpRequest, post: Resume) {
    request.extensions_mut().insert(Held(post));
}

/// The form that was read from this request, if there was one.
pub fn kept(request: &HttpRequest) -> Option<Resume> {
    request.extensions().get::<Held>().map(|held| held.0.clone())
}

/// Reads the post of somebody who may not make it yet; `None` when it is no form of ours.
pub async fn read(request: &HttpRequest, payload: &mut Payload) -> Option<Resume> {
    if !browser::same_origin(request) {
        return None;
    }
    let is_upload = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"));
    if is_upload {
        let (fields, file) = upload::outline(request, payload).await?;
        return Some(Resume::of_post(request, fields, Some(file)));
    }
    let fields = form::fields(request, payload).await.ok()?;
    Some(Resume::of_post(request, fields, None))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;
    use crate::ground::infra::stored::{self, Shown};

    fn field(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn what_is_held_is_read_and_changed_by_nobody_and_has_no_secret() {
        let key = Key::random().unwrap();
        let fields = ["csrf", "once", "reason", "password"].map(|name| field(name, &format!("{name}!")));
        let request = TestRequest::with_uri("/granskning/1/avslag")
            .insert_header((header::HOST, "portalen.example"))
            .insert_header((header::REFERER, "https://portalen.example/granskning/1?visa=allt"))
            .to_http_request();
        let post = Resume::of_post(&request, fields.into(), None);
        assert_eq!(post.fields, [field("reason", "reason!")]);
        let kept = (post.owner.as_str(), post.once.as_str(), post.page.as_str());
        assert_eq!(kept, ("csrf!", "once!", "/granskning/1?visa=allt"));
        let sealed = post.seal(&key).unwrap();
        assert!(!sealed.contains("reason!"));
        assert_eq!(Resume::open(&key, String::new(), &sealed), post);
        for strange in ["", "[[\"reason\",\"Fel\"]]", &sealed.replace('0', "1")] {
            assert_eq!(Resume::open(&key, "/bidrag".to_owned(), strange), Resume::to("/bidrag"));
        }
    }

    #[test]
    fn a_page_of_another_site_leads_nowhere() {
        for elsewhere in
            ["https://annan.example/a", "https://portalen.example.annan.example/", "portalen.example"]
        {
            let request = TestRequest::default()
                .insert_header((header::HOST, "portalen.example"))
                .insert_header((header::REFERER, elsewhere))
                .to_http_request();
            assert_eq!(page_before(&request), "", "{elsewhere}");
        }
    }

    #[test]
    fn stored_posts_read_and_write_as_they_did() {
        let mut shown = Shown::default();
        for Resume { action: _, fields, owner: _, page: _, file, once } in
            stored::examples::<Resume>("infra/held.json").into_values()
        {
            shown.optional("fields", !fields.is_empty());
            shown.optional("file", file.is_some());
            shown.optional("once", !once.is_empty());
        }
        shown.is_complete(&[]);
        let older = stored::older::<Resume>("infra/held-old.json");
        assert_eq!(older["action_alone"], Resume::to("/bidrag"));
    }
}

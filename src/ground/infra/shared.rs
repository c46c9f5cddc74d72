//! Answers that are the same for everybody, and so may be kept by anybody: with a validator, and without a cookie.
//!
//! The tag is a hash of what is sent, so it is true by construction: the same on every instance of the portal, whatever
//! made the content, and it changes when and only when the content does.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::{self, AcceptEncoding, ContentDisposition, Encoding, EntityTag, Header, IfNoneMatch},
};

use super::{hash::sha256_hex, page::Page};

/// What is sent, and what it is known by.
#[derive(Debug)]
pub struct Representation {
    pub tag: String,
    pub bytes: Vec<u8>,
}

impl Representation {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { tag: sha256_hex(&bytes).chars().take(32).collect(), bytes }
    }
}

/// What kind of thing it is.
#[derive(Debug)]
pub struct Kind {
    pub media_type: &'static str,
    /// A file to save under this name (letters of ASCII), rather than a page to show.
    pub file_name: Option<String>,
    /// Pages of other sites may read it too (CORS).
    pub is_data: bool,
    /// It says what the request itself said (`Host`): nobody keeps it for others.
    pub is_of_request: bool,
}

/// Kept, but asked for anew each time: what is withdrawn is gone at once, and an unchanged page costs a 304.
const CONTROL: &str = "public, no-cache";
const CONTROL_OF_REQUEST: &str = "private, no-cache";

/// 200 with all of it, or 304 to whoever has it already.
pub fn answer(request: &HttpRequest, representation: &Representation, kind: Kind) -> Page {
    // Compressed or not are two representations, and a strong tag is of one.
    let coding = coding(request);
    let is_compressed = coding != Encoding::identity();
    let tag = EntityTag::new_strong(format!("{}-{coding}", representation.tag));
    let is_known = is_known(request, &tag);
    let mut response = if is_known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    let control = if kind.is_of_request { CONTROL_OF_REQUEST } else { CONTROL };
    response.insert_header((header::ETAG, tag)).insert_header((header::CACHE_CONTROL, control));
    if is_known || !is_compressed {
        // Compression says it of what it compresses.
        response.insert_header((header::VARY, "accept-encoding"));
    }
    if kind.is_data {
        response
            .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
            .insert_header((header::ACCESS_CONTROL_EXPOSE_HEADERS, "etag"))
            .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"));
    }
    if is_known {
        return Ok(response.finish());
    }
    if let Some(name) = kind.file_name {
        response.insert_header(ContentDisposition::attachment(name));
    }
    Ok(response.content_type(kind.media_type).body(representation.bytes.clone()))
}

fn is_known(request: &HttpRequest, tag: &EntityTag) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(tag)),
        Err(_) => false,
    }
}

/// As the server's compression will find.
fn coding(request: &HttpRequest) -> Encoding {
    let codings = [Encoding::gzip(), Encoding::deflate(), Encoding::identity()];
    let accepted = AcceptEncoding::parse(request).ok();
    accepted.and_then(|accepted| accepted.negotiate(codings.iter())).unwrap_or(Encoding::identity())
}

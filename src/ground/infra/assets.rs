//! The files under `static/`, compiled in. Their address carries a fingerprint, so that a browser keeps them for good.

use std::{collections::HashMap, sync::LazyLock};

use actix_web::{HttpResponse, web};
use include_dir::{Dir, include_dir};

use super::{error::AppError, hash::sha256_hex};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/static");

static FINGERPRINTS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let folders = std::iter::once(&FILES).chain(FILES.dirs());
    folders
        .flat_map(Dir::files)
        .map(|file| {
            let print = sha256_hex(file.contents()).chars().take(12).collect();
            (file.path().to_string_lossy().into_owned(), print)
        })
        .collect()
});

pub const PATTERN: &str = "/static/{name:.*}";

/// `/static/portal.css?v=0123456789ab`
pub fn address(name: &str) -> String {
    let print = FINGERPRINTS.get(name).map_or("", String::as_str);
    format!("/static/{name}?v={print}")
}

pub async fn show(name: web::Path<String>) -> Result<HttpResponse, AppError> {
    let (file, media_type) =
        FILES.get_file(name.as_str()).zip(media_type(&name)).ok_or(AppError::NotFound)?;
    Ok(HttpResponse::Ok()
        .content_type(media_type)
        .insert_header(("cache-control", "public, max-age=31536000, immutable"))
        .body(web::Bytes::from_static(file.contents())))
}

/// Only what a page asks for is served; the build script is not.
fn media_type(name: &str) -> Option<&'static str> {
    match name.rsplit('.').next()? {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        "woff2" => Some("font/woff2"),
        _ => None,
    }
}

//! What every page has around its content, and how a template becomes a response.

use std::fmt::Display;

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use askama::Template;

use super::{
    assets,
    error::AppError,
    pieces::{Bottom, Styles, Tokens, Top},
    way::{Done, Way},
};
use values::Id;

/// A page or the reason why there is none.
pub type Page = Result<HttpResponse, AppError>;

#[derive(Debug, Clone, Default)]
pub struct Chrome {
    pub csrf: String,
    pub user: Option<User>,
    pub nav: Vec<NavItem>,
    pub practice: Option<Practice>,
    pub notice: Option<String>,
    /// Something was done just now, and the page may say so ([`super::notice`]).
    pub may_tell: bool,
    /// The list that the page was come to from.
    pub way: Option<Way>,
    /// A case that was done with just now, where the page is a list.
    pub done: Option<Done>,
}

#[derive(Debug, Clone)]
pub struct User {
    pub name: String,
    pub organisation: String,
    pub roles: String,
    /// Id, name, and whether it is the one acted for now.
    pub organisations: Vec<(String, String, bool)>,
    /// The identity provider at which the person shows who it is, once more; empty for whoever has a password here.
    pub confirms_with: String,
    pub session: SessionEnd,
    /// A code is asked for beside the password.
    pub has_second_factor: bool,
    /// The code is one that an app shows; otherwise there are recovery codes only.
    pub has_app: bool,
    /// The domain at which the person's passkey can stand in for password and code; empty for whoever has none.
    pub passkey_domain: String,
}

/// When a session ends, as a page tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionEnd {
    /// In so many seconds, if nothing is asked for meanwhile.
    pub idle: i64,
    /// In so many seconds in any case.
    pub longest: i64,
    /// The earlier of the two, by a clock on the wall.
    pub at: String,
}

#[derive(Debug, Clone)]
pub struct NavItem {
    pub href: String,
    pub label: String,
    pub current: bool,
}

#[derive(Debug, Clone)]
pub struct Practice {
    pub date: String,
    pub shown: String,
    /// Everybody's.
    pub password: &'static str,
}

impl Chrome {
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }

    pub fn styles(&self) -> Styles<'_> {
        Styles { chrome: self }
    }

    pub fn top(&self) -> Top<'_> {
        Top { chrome: self }
    }

    pub fn bottom(&self) -> Bottom<'_> {
        Bottom { chrome: self }
    }

    /// What a form that changes something begins with. The id of the form ([`super::once`]) is a new one at each call.
    pub fn tokens(&self) -> Tokens<'_> {
        Tokens { csrf: &self.csrf, once: Id::new() }
    }

    /// What the addresses of a case's forms and pages end with, so that the way back is kept.
    pub fn along(&self) -> String {
        self.way.as_ref().map(Way::along).unwrap_or_default()
    }

    /// The same of a form that is the last thing to do with the case: it leads back to the list.
    pub fn along_back(&self) -> String {
        self.way.as_ref().map(Way::along_back).unwrap_or_default()
    }

    /// The page says this once at its top, after something was done. Not where anybody's link asks for it.
    pub fn noting(mut self, notice: Option<impl Into<String>>) -> Self {
        self.notice = notice.map(Into::into).filter(|_| self.may_tell);
        self
    }
}

pub fn show(template: &impl Template) -> Page {
    show_as(StatusCode::OK, template)
}

/// 422: the same form again, with what was typed and what is to be mended.
pub fn show_errors(template: &impl Template) -> Page {
    show_as(StatusCode::UNPROCESSABLE_ENTITY, template)
}

pub fn show_as(status: StatusCode, template: &impl Template) -> Page {
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(template.render()?))
}

/// 303: after a post the browser gets the page, so that reloading posts nothing again.
pub fn see_other(address: impl Display) -> Page {
    Ok(HttpResponse::SeeOther().insert_header(("location", address.to_string())).finish())
}

/// A file to save, named for the reader; never shown inside the portal's own pages.
pub fn download(media_type: &str, file_name: &str, bytes: Vec<u8>) -> Page {
    let (plain, extended) = (ascii(file_name), extended(file_name));
    let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}");
    Ok(HttpResponse::Ok()
        .content_type(media_type.to_owned())
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header(("content-security-policy", "default-src 'none'; sandbox"))
        .body(bytes))
}

/// For a program that knows no other letters. Some take a `%` for the beginning of one.
fn ascii(name: &str) -> String {
    let is_plain = |c: char| (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%');
    name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect()
}

/// With every letter (RFC 8187): those that a value may have as they are, the others by their bytes.
fn extended(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte);
    let written =
        |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.bytes().map(written).collect()
}

//! What becomes of a post that could not be carried out: its owner gets it back after signing in, and nobody else does.

use actix_web::{
    HttpRequest,
    http::{Method, StatusCode},
};
use askama::Template;

use super::{SignInPage, own_address, sign_in_page};
use crate::{
    ground::infra::{
        Portal,
        address::is_within,
        error::{AppError, Resume},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Actor, deeds, owner, proof,
            store::{self, sessions::Beginning},
        },
        recipient::Organisation,
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "access/resume.html")]
struct ResumePage {
    chrome: Chrome,
    resume: Resume,
}

impl ResumePage {
    fn deed(&self) -> &'static str {
        deeds::of(&self.resume.action)
    }

    /// Where the form stood; empty when nobody knows.
    fn page(&self) -> &str {
        if self.resume.page.is_empty() { "" } else { own_address(&self.resume.page) }
    }
}

#[derive(Template)]
#[template(path = "access/lost_file.html")]
struct LostFilePage {
    chrome: Chrome,
    resume: Resume,
}

impl LostFilePage {
    fn file(&self) -> &str {
        self.resume.file.as_deref().unwrap_or_default()
    }

    /// Where the form stood; a browser that does not tell gets the page above its address.
    fn page(&self) -> &str {
        if !self.resume.page.is_empty() {
            return own_address(&self.resume.page);
        }
        self.resume
            .action
            .rsplit_once('/')
            .map_or(paths::about::Start::PATTERN, |(above, _)| own_address(above))
    }
}

#[derive(Template)]
#[template(path = "access/thrown_away.html")]
struct ThrownAwayPage {
    chrome: Chrome,
}

/// What was typed is somebody else's.
pub fn thrown_away(chrome: Chrome) -> Page {
    page::show_as(StatusCode::FORBIDDEN, &ThrownAwayPage { chrome })
}

/// The page from which its owner sends it on; of a file, the page that says that it is to be chosen again.
pub fn restore(status: StatusCode, chrome: Chrome, resume: Resume) -> Page {
    match resume.file {
        Some(_) => page::show_as(status, &LostFilePage { chrome, resume }),
        None => page::show_as(status, &ResumePage { chrome, resume }),
    }
}

/// For which of the organisations of whoever signs in the held post was made; none when it is somebody else's.
pub async fn home(
    portal: &Portal,
    beginning: &Beginning,
    resume: &Resume,
) -> Result<Option<Id<Organisation>>, AppError> {
    if !resume.is_post() {
        return Ok(None);
    }
    let (person, here) = (beginning.person, beginning.organisation);
    let mut homes = vec![here];
    if beginning.method.may_switch() {
        homes = portal.db.read(move |connection| store::homes(connection, person)).await?;
    }
    for home in homes {
        if owner::is_of(portal, resume, person, home)? {
            return Ok(Some(home));
        }
    }
    Ok(None)
}

/// The page instead of the one that needs a session: signing in leads back to it.
pub async fn sign_in_instead(request: &HttpRequest, portal: &Portal, held: Option<Resume>) -> Page {
    if request.method() == Method::GET {
        let address =
            request.uri().path_and_query().map_or(paths::about::Start::PATTERN, |address| address.as_str());
        let query = serde_html_form::to_string([("till", address)]).unwrap_or_default();
        return page::see_other(format!("{}?{query}", paths::access::SignIn));
    }
    sign_in_anew(request, portal, held.map(|held| goal(portal, held)).unwrap_or_default()).await
}

/// The session ended while something was under way: it comes back after signing in.
pub async fn sign_in_anew(request: &HttpRequest, portal: &Portal, resume: Resume) -> Page {
    let page = sign_in_page(proof::chrome(request, None)?, portal, resume).await?;
    page::show_as(StatusCode::UNAUTHORIZED, &SignInPage { signed_out: true, ..page })
}

/// The answer to a form that came with another session's token: its owner can send it again as it was.
pub async fn send_again(
    request: &HttpRequest,
    portal: &Portal,
    visitor: Option<&Actor>,
    chrome: Chrome,
    resume: Resume,
) -> Page {
    let Some(actor) = visitor else {
        // Of a page that asks nobody who it is: whoever sends it now is whoever it is for.
        if owner::is_nobodys(&resume) && !holds_another(&resume) && resume.is_post() {
            return restore(StatusCode::FORBIDDEN, chrome, resume);
        }
        return sign_in_instead(request, portal, Some(resume)).await;
    };
    let is_sign_in = is_sign_in(&resume);
    let goal = if holds_another(&resume) { goal(portal, resume) } else { resume };
    // Signed in already, in another tab, and on the way to an address.
    if is_sign_in && !goal.is_post() {
        return page::see_other(own_address(&goal.action));
    }
    if owner::is_of(portal, &goal, actor.person.id, actor.organisation.id)? {
        return restore(StatusCode::FORBIDDEN, chrome, goal);
    }
    thrown_away(chrome)
}

/// What is left to do of a held post when one has signed in. A page that asks who it is leads on to what it asked for; a button
/// without fields, which signs out, leads nowhere.
fn goal(portal: &Portal, held: Resume) -> Resume {
    if !holds_another(&held) {
        return if held.is_post() && !held.is_button() { held } else { Resume::default() };
    }
    let field = |name| held.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    Resume::open(&portal.key, field("till").to_owned(), field("hallet"))
}

fn holds_another(held: &Resume) -> bool {
    is_sign_in(held) || held.action.starts_with(paths::account::Confirm::PATTERN)
}

/// With an account (the code that follows the password is never held), at a provider, or with one click in practice mode.
fn is_sign_in(held: &Resume) -> bool {
    let places = [paths::access::SignIn::PATTERN, paths::practice::SignIn::PATTERN];
    places.iter().any(|place| is_within(&held.action, place))
}

//! Whose form it was. Every form on a page that somebody signed in gets carries, after the value that guards against forged
//! posts, a mark of the person and the organisation: only this installation can make it, and it tells nobody else anything.
//! So what is posted when the session has ended is known to be theirs, and is given to nobody else.

use subtle::ConstantTimeEq;

use super::{Actor, Person};
use crate::{
    ground::infra::{
        Portal,
        browser::{BrowserToken, CSRF},
        error::{AppError, Resume},
    },
    people::recipient::Organisation,
};
use values::Id;

/// What every form on a page carries.
pub fn form_token(portal: &Portal, token: &BrowserToken, actor: Option<&Actor>) -> Result<String, AppError> {
    let value = token.csrf()?;
    let Some(actor) = actor else { return Ok(value) };
    let mark = mark(portal, &value, actor.person.id, actor.organisation.id)?;
    Ok(value + &mark)
}

/// The form was on a page of nobody who was signed in.
pub fn is_nobodys(post: &Resume) -> bool {
    post.owner.len() <= CSRF
}

/// The form was on a page that this person got, acting for this organisation.
pub fn is_of(
    portal: &Portal,
    post: &Resume,
    person: Id<Person>,
    organisation: Id<Organisation>,
) -> Result<bool, AppError> {
    let Some((value, marked)) = post.owner.split_at_checked(CSRF) else { return Ok(false) };
    Ok(mark(portal, value, person, organisation)?.as_bytes().ct_eq(marked.as_bytes()).into())
}

fn mark(
    portal: &Portal,
    value: &str,
    person: Id<Person>,
    organisation: Id<Organisation>,
) -> Result<String, AppError> {
    Ok(portal.key.derive(&format!("form of {person} at {organisation}: {value}"))?)
}

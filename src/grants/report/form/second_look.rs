//! What is said of content that is otherwise right: warnings that the recipient confirms, what only the reviewer is told, and
//! what the last report said.

use super::{FormFacts, costs_field};
use crate::{
    grants::{
        case::{FieldRemark, Remarks},
        report::{
            Certificate, Content,
            rules::{Caution, Observation},
        },
    },
    ground::infra::form::FieldErrors,
};
use values::Money;

/// What deserves a second look in content that is otherwise right, and is confirmed by the recipient. `last` is the report
/// before.
pub fn warnings(content: &Content, facts: &FormFacts, last: Option<&Content>) -> FieldErrors {
    let mut warnings = FieldErrors::default();
    content.head.warnings(facts.instrument, &mut warnings);
    if content.period != facts.period {
        let message = "Perioden är inte hela bidragets period.";
        warnings.broken("period_from", Caution::PartOfPeriod, message);
    }
    for account in &content.posts {
        let field = costs_field(&account.post);
        if account.costs.is_zero() {
            let message = format!(
                "Ni redovisar inga kostnader. Då ska hela bidraget, {}, betalas tillbaka.",
                account.received
            );
            warnings.broken(field, Caution::SpentNothing, message);
        } else if account.unspent().is_negative() {
            let message = format!(
                "Kostnaderna är {} större än bidraget. Underskottet får ni finansiera själva; inget ska betalas tillbaka.",
                -account.unspent()
            );
            warnings.broken(field, Caution::Deficit, message);
        }
        if facts.asks_for_items && account.items.is_empty() && !account.costs.is_zero() {
            let message = "Ingen kostnadspost är specificerad. Större kostnadsposter ska specificeras.";
            warnings.broken(costs_field(&account.post), Caution::NoItems, message);
        }
        let before = last.and_then(|last| last.posts.iter().find(|post| post.post == account.post));
        if let Some(before) = before.filter(|before| is_far(before.costs, account.costs)) {
            let message = format!(
                "Kostnaderna skiljer sig mycket från den förra redovisningen, då de var {}.",
                before.costs
            );
            warnings.broken(costs_field(&account.post), Caution::FarFromLast, message);
        }
    }
    if content.survey == Some(false) {
        let message =
            "Ni har inte svarat på Socialstyrelsens enkät. Det ska kommunen göra enligt överenskommelsen.";
        warnings.broken("survey", Caution::SurveyNotAnswered, message);
    }
    warnings
}

/// Less than half of it, or more than one and a half.
fn is_far(before: Money, now: Money) -> bool {
    let (before, now) = (i128::from(before.to_ore()), i128::from(now.to_ore()));
    before > 0 && (now * 2 < before || now * 2 > before * 3)
}

/// What the reviewer is told beside the warnings. `listed` is what the authority's list says of the survey, when there is
/// one.
pub fn observations(
    content: &Content,
    certificate: Option<&Certificate>,
    listed: Option<bool>,
    attachments: usize,
) -> FieldErrors {
    let mut found = FieldErrors::default();
    for account in &content.posts {
        if account.costs == account.received {
            let message = "Exakt hela bidraget är redovisat som kostnader.";
            found.broken(costs_field(&account.post), Observation::SpentAll, message);
        }
    }
    match (content.survey, listed) {
        (Some(true), Some(false)) => found.broken(
            "survey",
            Observation::SurveyListDiffers,
            "Kommunen uppger att den har svarat på enkäten, men finns inte i er lista över dem som har svarat.",
        ),
        (Some(false), Some(true)) => found.broken(
            "survey",
            Observation::SurveyListDiffers,
            "Kommunen uppger att den inte har svarat på enkäten, men finns i er lista över dem som har svarat.",
        ),
        _ => {}
    }
    if certificate.is_some_and(|certificate| !certificate.statement.verdict.is_correct()) {
        found.broken(
            "alternative",
            Observation::NotCorrect,
            "Intyget är enligt Alt 2: redovisningen bedöms inte vara korrekt. Avvikelserna står i punkt 4.",
        );
    }
    if attachments == 0 {
        found.broken("", Observation::NoAttachments, "Inget underlag är bifogat.");
    }
    found
}

/// What the last report said, at its field.
pub fn notes(last: Option<&Content>, asked: &FormFacts) -> Remarks {
    let Some(last) = last else { return Remarks::default() };
    let of_posts = asked.posts.iter().filter_map(|post| {
        let before = last.posts.iter().find(|before| before.post == post.key)?;
        Some(FieldRemark {
            field: costs_field(&post.key),
            text: format!("I den förra redovisningen: {} av {}", before.costs, before.received),
        })
    });
    Remarks(of_posts.collect())
}

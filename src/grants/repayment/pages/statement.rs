//! What a recipient owes back of a grant: how it is reckoned, where to pay and by when, what has come in; and the slip to
//! pay with.

use actix_web::web;
use askama::Template;

use super::{RepaymentView, days_left};
use crate::{
    grants::{
        grant::{self, Grant},
        repayment::{
            Repayment, Settlement, number_of,
            sheet::{self, PostLine},
            store,
        },
        requisition,
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Scope,
            proof::{By, Member},
        },
        recipient::Organisation,
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "repayment/statement.html")]
struct StatementPage {
    chrome: Chrome,
    number: String,
    settlement: Settlement,
    /// What is left to pay by the report that came in, before it is approved. The last day does not wait for the approval.
    preliminary: Option<Money>,
    posts: Vec<PostLine>,
    repayments: Vec<RepaymentView>,
    /// Empty when the authority has stated none.
    account: String,
    days_left: String,
    is_late: bool,
    grant: Grant,
}

async fn read(
    portal: &Portal,
    recipient: Id<Organisation>,
    id: Id<Grant>,
) -> Result<(Grant, Vec<Repayment>, Settlement, bool), AppError> {
    portal
        .db
        .read(move |connection| {
            let scope = Scope::Recipient(recipient);
            let grant = grant::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let repayments = store::of_grant(connection, id)?;
            let settlement = Settlement::of(&grant.ledger, store::is_settled(connection, id)?);
            let is_reported = requisition::store::is_reported(connection, id)?;
            Ok((grant, repayments, settlement, is_reported))
        })
        .await
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let (grant, repayments, settlement, is_reported) =
        read(&portal, by.organisation.id, id.into_inner()).await?;
    let (deadline, now) = (grant.deadlines.repayment, portal.clock.now());
    page::show(&StatementPage {
        chrome: by.chrome,
        number: number_of(&grant),
        posts: PostLine::of(&grant),
        repayments: repayments.iter().map(RepaymentView::of).collect(),
        account: sheet::account(&grant),
        days_left: days_left(deadline, now),
        is_late: deadline.passed(now) && settlement.left > Money::ZERO,
        preliminary: (is_reported && !settlement.is_settled)
            .then(|| grant.ledger.to_repay_by_report() - settlement.advance)
            .filter(|left| *left > Money::ZERO),
        settlement,
        grant,
    })
}

/// The slip, while there is something left to pay. Otherwise the page, which tells why there is none.
pub async fn slip(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let (grant, _, settlement, _) = read(&portal, by.organisation.id, id.into_inner()).await?;
    if settlement.left.is_zero() {
        return page::see_other(paths::repayment::Statement(&grant.id));
    }
    let now = portal.clock.now();
    let slip = sheet::slip(&grant, &settlement, now, portal.practice);
    let name = format!("Återbetalning {}.pdf", slip.number);
    // Typesetting takes its time: not on the threads that answer.
    let bytes = web::block(move || slip.to_pdf(now))
        .await
        .map_err(|error| AppError::internal(error.to_string()))?
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("application/pdf", &name, bytes)
}

//! Every address of the portal as a type, room by room: `paths::requisition::Case(&id)` is a link and a redirect,
//! `paths::requisition::Case::PATTERN` its route. Links run in all directions, so any room may name this.

pub use crate::{
    desks::{
        about::paths as about, colleague::paths as colleague, dashboard::paths as dashboard,
        my_grants::paths as my_grants, open_data::paths as open_data, personal_data::paths as personal_data,
        proposal::paths as proposal, registry::paths as registry, review::paths as review,
        saved_view::paths as saved_view,
    },
    grants::{
        account_request::paths as account_request, further_report::paths as further_report,
        mandate::paths as mandate, onward::paths as onward, payment::paths as payment,
        repayment::paths as repayment, report::paths as report, requisition::paths as requisition,
        search::paths as search,
    },
    people::{access::paths as access, account::paths as account, identity::paths as identity},
    run::{operation::paths as operation, practice::paths as practice},
    terms::{agreement::paths as agreement, allocation::paths as allocation, insight::paths as insight},
};

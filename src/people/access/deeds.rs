//! What a post does, in words: said before what was held is sent on.

use std::sync::LazyLock;

use actix_web::dev::ResourceDef;

use crate::paths;

/// `Du höll på att …`. The first that fits holds.
const DEEDS: &[(&str, &str)] = &[
    (paths::repayment::ReturnExcess::PATTERN, "registrera en återbetalning av överskott"),
    (paths::repayment::New::PATTERN, "registrera en inbetalning"),
    (paths::repayment::End::PATTERN, "avsluta en inbetalning"),
    (paths::repayment::TakeAway::PATTERN, "koppla bort en inbetalning från ett bidrag"),
    (paths::repayment::Match::PATTERN, "föra en inbetalning till ett bidrag"),
    (paths::further_report::RemoveFile::PATTERN, "ta bort en fil ur en rapport"),
    (paths::further_report::AddFile::PATTERN, "ladda upp en fil till en rapport"),
    (paths::further_report::Sign::PATTERN, "skriva under och lämna in en rapport"),
    (paths::report::Begin::PATTERN, "påbörja en redovisning"),
    (paths::requisition::Begin::PATTERN, "påbörja en rekvisition"),
    (paths::onward::Plan::PATTERN, "påbörja en vidarefördelning"),
    (paths::onward::RegisterReturn::PATTERN, "registrera pengar som en utförare har betalat tillbaka"),
    (paths::onward::TakeBackUnpaid::PATTERN, "återta pengar som en utförare inte har fått"),
    (paths::onward::Refuse::PATTERN, "avslå en utförares ansökan"),
    (paths::onward::SendBack::PATTERN, "begära att en utförare kompletterar"),
    (paths::onward::PayTo::PATTERN, "ändra kontot som en utförare får pengar till"),
    (paths::onward::RenewLink::PATTERN, "göra en ny länk till en utförare"),
    (paths::onward::GiveBack::PATTERN, "lämna tillbaka en ansökan till en utförare"),
    (paths::onward::StrikeReturns::PATTERN, "stryka det som en utförare har betalat tillbaka"),
    (paths::onward::Decide::PATTERN, "besluta om pengar till utförare"),
    (paths::onward::PaymentLists::PATTERN, "göra en betalningslista"),
    (paths::onward::PaidAfterAll::PATTERN, "markera att en betalning gjordes ändå"),
    (paths::onward::NotPaid::PATTERN, "markera betalningar som inte gjordes"),
    (paths::onward::Invite::PATTERN, "bjuda in utförare"),
    (paths::onward::Model::PATTERN, "spara en fördelningsmodell"),
    (paths::onward::ReopenModel::PATTERN, "ändra en fördelningsmodell"),
    (paths::onward::Days::PATTERN, "flytta fram dagarna i en fördelningsmodell"),
    (paths::onward::ApproveModel::PATTERN, "fastställa en fördelningsmodell"),
    (paths::onward::Redistribution::PATTERN, "fördela om pengar"),
    (paths::onward::Summary::PATTERN, "föra in vidarefördelningen i redovisningen"),
    (paths::onward::Reserve::PATTERN, "ändra reserven"),
    (paths::onward::Units::PATTERN, "lägga till en enhet"),
    (paths::onward::ImportUnits::PATTERN, "läsa in en lista med enheter"),
    (paths::onward::Unit::PATTERN, "ändra en enhet"),
    (paths::proposal::List::PATTERN, "påbörja ett förslag"),
    (paths::proposal::Replace::PATTERN, "påbörja en ny fördelning"),
    (paths::proposal::SendBack::PATTERN, "lämna tillbaka ett förslag"),
    (paths::proposal::TakeBack::PATTERN, "ta tillbaka ett förslag"),
    (paths::proposal::Import::PATTERN, "läsa in en fördelningstabell"),
    (paths::proposal::ImportText::PATTERN, "läsa in en fördelningstabell"),
    (paths::proposal::ImportDiscard::PATTERN, "läsa in en fördelningstabell"),
    (paths::proposal::ImportColumns::PATTERN, "läsa in en fördelningstabell"),
    (paths::proposal::ImportRecipients::PATTERN, "läsa in en fördelningstabell"),
    (paths::proposal::ImportUse::PATTERN, "läsa in en fördelningstabell"),
    (paths::proposal::Propose::PATTERN, "lägga fram ett förslag"),
    (paths::proposal::Discard::PATTERN, "lägga ned ett förslag"),
    (paths::proposal::Publish::PATTERN, "publicera en överenskommelse"),
    (paths::proposal::Part::PATTERN, "spara en del av ett förslag"),
    (paths::proposal::AllocationKey::PATTERN, "spara en del av ett förslag"),
    (paths::proposal::DropOrphans::PATTERN, "spara en del av ett förslag"),
    (paths::proposal::ChangeForms::PATTERN, "spara en del av ett förslag"),
    (paths::review::Extend::PATTERN, "ge anstånd"),
    (paths::review::AskForAccounts::PATTERN, "begära räkenskaper"),
    (paths::review::Survey::PATTERN, "läsa in en enkätlista"),
    (paths::review::Paper::PATTERN, "registrera en rekvisition som kom på papper"),
    (paths::account_request::Close::PATTERN, "avsluta en begäran om räkenskaper"),
    (paths::account_request::AskForMore::PATTERN, "begära mer räkenskaper"),
    (paths::review::TakeReports::PATTERN, "ta eller lämna över en redovisning"),
    (paths::review::ApproveReport::PATTERN, "godkänna en redovisning"),
    (paths::review::AssignReport::PATTERN, "ta eller lämna över en redovisning"),
    (paths::review::SendBackReport::PATTERN, "begära att en redovisning kompletteras"),
    (paths::review::ReportOriginal::PATTERN, "registrera att en redovisning kom in på papper"),
    (paths::review::CorrectReport::PATTERN, "öppna en redovisning för rättelse"),
    (paths::review::TakeRequisitions::PATTERN, "ta eller lämna över en rekvisition"),
    (paths::mandate::Recipient::PATTERN, "ändra ett uppdrag"),
    (paths::review::RefuseRequisition::PATTERN, "avslå en rekvisition"),
    (paths::review::ApproveRequisition::PATTERN, "godkänna en rekvisition"),
    (paths::review::AssignRequisition::PATTERN, "ta eller lämna över en rekvisition"),
    (paths::review::SendBackRequisition::PATTERN, "begära att en rekvisition kompletteras"),
    (paths::review::RequisitionOriginal::PATTERN, "registrera att en rekvisition kom in på papper"),
    (paths::colleague::Invite::PATTERN, "bjuda in en kollega"),
    (paths::colleague::WithdrawInvitation::PATTERN, "dra tillbaka en inbjudan"),
    (paths::colleague::Remove::PATTERN, "ta roller från en kollega"),
    (paths::colleague::NewPassword::PATTERN, "göra en länk till ett nytt lösenord"),
    (paths::colleague::GiveRole::PATTERN, "ge en kollega en roll"),
    (paths::identity::Link::PATTERN, "knyta en inloggning till ditt konto"),
    (paths::access::EndSession::PATTERN, "logga ut på ett annat ställe"),
    (paths::access::EndOtherSessions::PATTERN, "logga ut överallt utom här"),
    (paths::account::ChangePassword::PATTERN, "byta lösenord"),
    (paths::account::SecondFactor::PATTERN, "ändra hur du loggar in"),
    (paths::account::Passkeys::PATTERN, "ändra hur du loggar in"),
    (paths::account::ConfirmSecondFactor::PATTERN, "ändra hur du loggar in"),
    (paths::account::RemoveSecondFactor::PATTERN, "ändra hur du loggar in"),
    (paths::account::RenewCodes::PATTERN, "ändra hur du loggar in"),
    (paths::account::AskToConfirm::PATTERN, "ändra hur du loggar in"),
    (paths::account::NewPasskey::PATTERN, "ändra hur du loggar in"),
    (paths::account::RemovePasskey::PATTERN, "ändra hur du loggar in"),
    (paths::agreement::RepaymentAccount::PATTERN, "ändra kontot för återbetalningar"),
    (paths::agreement::Diarienummer::PATTERN, "ändra diarienummer"),
    (paths::agreement::Deadlines::PATTERN, "ändra sista dagar"),
    (paths::open_data::Publishing::PATTERN, "ändra vad som visas som öppna data"),
    (paths::saved_view::Save::PATTERN, "spara en vy"),
    (paths::saved_view::Remove::PATTERN, "ta bort en vy"),
    (paths::insight::Insight::PATTERN, "ge insyn"),
    (paths::insight::TakeBack::PATTERN, "ta tillbaka insyn"),
    (paths::account_request::RemoveFile::PATTERN, "ta bort en fil"),
    (paths::account_request::AddFile::PATTERN, "ladda upp en fil"),
    (paths::account_request::Answer::PATTERN, "lämna in räkenskaper"),
    (paths::further_report::SendBack::PATTERN, "begära att en rapport kompletteras"),
    (paths::report::TakeBack::PATTERN, "ta tillbaka en redovisning"),
    (paths::report::Attach::PATTERN, "ladda upp en bilaga"),
    (paths::report::Detach::PATTERN, "ta bort en bilaga"),
    (paths::report::Scan::PATTERN, "lämna in en undertecknad redovisning"),
    (paths::report::Certify::PATTERN, "intyga en redovisning"),
    (paths::report::Check::PATTERN, "göra en redovisning klar"),
    (paths::report::Correct::PATTERN, "påbörja en rättelse"),
    (paths::report::GiveUpCorrection::PATTERN, "avbryta en rättelse"),
    (paths::report::Sign::PATTERN, "skriva under en redovisning"),
    (paths::report::Edit::PATTERN, "fylla i en redovisning"),
    (paths::registry::New::PATTERN, "lägga till en mottagare"),
    (paths::colleague::FirstAdministrator::PATTERN, "bjuda in en administratör"),
    (paths::registry::Split::PATTERN, "registrera en delning"),
    (paths::registry::SplitCheck::PATTERN, "registrera en delning"),
    (paths::registry::Merger::PATTERN, "registrera en sammanläggning"),
    (paths::registry::MergerCheck::PATTERN, "registrera en sammanläggning"),
    (paths::registry::Alias::PATTERN, "ändra en mottagare i registret"),
    (paths::registry::Name::PATTERN, "ändra en mottagare i registret"),
    (paths::registry::Number::PATTERN, "ändra en mottagare i registret"),
    (paths::registry::RemoveAlias::PATTERN, "ändra en mottagare i registret"),
    (paths::requisition::Withdraw::PATTERN, "återkalla en rekvisition"),
    (paths::requisition::TakeBack::PATTERN, "ta tillbaka en rekvisition"),
    (paths::requisition::Discard::PATTERN, "ta bort ett utkast"),
    (paths::requisition::Scan::PATTERN, "lämna in en undertecknad rekvisition"),
    (paths::requisition::Check::PATTERN, "göra en rekvisition klar"),
    (paths::requisition::Sign::PATTERN, "skriva under en rekvisition"),
    (paths::requisition::Edit::PATTERN, "fylla i en rekvisition"),
    (paths::payment::List::PATTERN, "registrera utbetalningar"),
    (paths::payment::Case::PATTERN, "registrera en utbetalning"),
    (paths::payment::Reverse::PATTERN, "rätta en utbetalning"),
    (paths::onward::Apply::PATTERN, "lämna in en ansökan"),
    (paths::onward::ReportBack::PATTERN, "lämna in en återrapport"),
    (paths::account::Welcome::PATTERN, "skapa ett konto"),
    (paths::account::Join::PATTERN, "ta emot en roll"),
    (paths::account::ResetPassword::PATTERN, "välja ett lösenord"),
];

static PATTERNS: LazyLock<Vec<(ResourceDef, &str)>> =
    LazyLock::new(|| DEEDS.iter().map(|(pattern, words)| (ResourceDef::new(*pattern), *words)).collect());

/// What a post to this address does; empty where there is nothing to say.
pub fn of(action: &str) -> &'static str {
    // What stands after the path is the way back.
    let path = action.split('?').next().unwrap_or(action);
    PATTERNS.iter().find(|(pattern, _)| pattern.is_match(path)).map_or("", |(_, words)| words)
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn the_first_that_fits_says_what_is_done() {
        assert_eq!(of("/granskning/019a/godkannande"), "godkänna en rekvisition");
        assert_eq!(of("/granskning/redovisningar/019a/godkannande"), "godkänna en redovisning");
        assert_eq!(of("/granskning/019a/avslag?fran=%2Fgranskning"), of("/granskning/019a/avslag"));
        assert_eq!(of("/forslag/019a/villkor"), "spara en del av ett förslag");
        assert_eq!(of("/logga-ut"), "");
    }
}

//! The addresses of the room.

use super::{application, list::List, unit};
use crate::{grants::grant::Grant, ground::infra::address::addresses};
use values::Id;

addresses! {
    Plan(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning";
    PlanUnitsCsv(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/enheter.csv";
    Model(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/modell";
    ApproveModel(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/modell/faststallelse";
    ReopenModel(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/modell/andring";
    Days(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/modell/dagar";
    PlanHistory(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/historik";
    Invite(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/inbjudningar";
    Links(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/lankar";
    LinksCsv(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/lankar.csv";
    Decide(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/beslut";
    Redistribution(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/omfordelning";
    Reserve(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/reserv";
    PaymentLists(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/betalningslistor";
    PaymentList(id: Id<Grant>, list: Id<List>) = "/bidrag/{id}/vidarefordelning/betalningslistor/{list}";
    NotPaid(id: Id<Grant>, list: Id<List>) = "/bidrag/{id}/vidarefordelning/betalningslistor/{list}/inte-betalt";
    PaidAfterAll(id: Id<Grant>, list: Id<List>) = "/bidrag/{id}/vidarefordelning/betalningslistor/{list}/betalt-anda";
    PaymentsCsv(id: Id<Grant>, list: Id<List>) = "/bidrag/{id}/vidarefordelning/betalningslistor/{list}/betalningar.csv";
    Pain001(id: Id<Grant>, list: Id<List>) = "/bidrag/{id}/vidarefordelning/betalningslistor/{list}/pain001.xml";
    Letters(id: Id<Grant>, letters: str) = "/bidrag/{id}/vidarefordelning/brev/{letters}.pdf";
    Summary(id: Id<Grant>) = "/bidrag/{id}/vidarefordelning/redovisning";
    Application(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}";
    Refuse(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/avslag";
    SendBack(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/komplettering";
    RegisterReturn(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/aterbetalning";
    GiveBack(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/rattning";
    StrikeReturns(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/struket";
    TakeBackUnpaid(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/atertagande";
    PayTo(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/konto";
    RenewLink(id: Id<Grant>, application: Id<application::Application>) = "/bidrag/{id}/vidarefordelning/ansokningar/{application}/lank";
    Units = "/enheter";
    NewUnit = "/enheter/ny";
    ImportUnits = "/enheter/inlasning";
    UnitsHistory = "/enheter/historik";
    Unit(unit: Id<unit::Unit>) = "/enheter/{unit}";
    Visit(application: Id<application::Application>, code: str) = "/utforare/{application}/{code}";
    Apply(application: Id<application::Application>, code: str) = "/utforare/{application}/{code}/ansokan";
    ReportBack(application: Id<application::Application>, code: str) = "/utforare/{application}/{code}/aterrapport";
    Authority(id: Id<Grant>) = "/granskning/bidrag/{id}/vidarefordelning";
}

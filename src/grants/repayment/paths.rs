//! The addresses of the room.

use crate::{grants::grant, ground::infra::address::addresses};
use values::Id;

addresses! {
    List = "/aterbetalningar";
    New = "/aterbetalningar/ny";
    Grant(grant: Id<grant::Grant>) = "/aterbetalningar/bidrag/{grant}";
    ReturnExcess(grant: Id<grant::Grant>) = "/aterbetalningar/bidrag/{grant}/overskott";
    Repayment(id: Id<super::Repayment>) = "/aterbetalningar/{id}";
    Match(id: Id<super::Repayment>) = "/aterbetalningar/{id}/matchning";
    TakeAway(id: Id<super::Repayment>) = "/aterbetalningar/{id}/bortforing";
    End(id: Id<super::Repayment>) = "/aterbetalningar/{id}/avslut";
    Statement(id: Id<grant::Grant>) = "/bidrag/{id}/aterbetalning";
    Slip(id: Id<grant::Grant>) = "/bidrag/{id}/aterbetalning.pdf";
}

//! The addresses of the room.

use crate::ground::infra::address::addresses;
use values::Id;

addresses! {
    List = "/forslag";
    New = "/forslag/nytt";
    Replace = "/forslag/ersattning";
    Proposal(id: Id<super::Proposal>) = "/forslag/{id}";
    Definition(id: Id<super::Proposal>) = "/forslag/{id}/agreement.toml";
    AllocationFile(id: Id<super::Proposal>) = "/forslag/{id}/allocation.csv";
    Propose(id: Id<super::Proposal>) = "/forslag/{id}/framlaggning";
    TakeBack(id: Id<super::Proposal>) = "/forslag/{id}/atertagande";
    SendBack(id: Id<super::Proposal>) = "/forslag/{id}/aterlamnande";
    Discard(id: Id<super::Proposal>) = "/forslag/{id}/nedlaggning";
    Publish(id: Id<super::Proposal>) = "/forslag/{id}/publicering";
    Import(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import";
    ImportText(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import/text";
    ImportDiscard(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import/borttagning";
    ImportColumns(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import/kolumner";
    ImportProof(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import/kontroll";
    ImportRecipients(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import/mottagare";
    ImportUse(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/import/anvandning";
    Allocation(id: Id<super::Proposal>) = "/forslag/{id}/fordelning";
    AllocationKey(id: Id<super::Proposal>) = "/forslag/{id}/fordelning/nyckel";
    Review(id: Id<super::Proposal>) = "/forslag/{id}/granska";
    DropOrphans(id: Id<super::Proposal>) = "/forslag/{id}/poster/borttagna";
    Preview(id: Id<super::Proposal>) = "/forslag/{id}/forhandsvisa";
    PreviewPdf(id: Id<super::Proposal>) = "/forslag/{id}/forhandsvisa.pdf";
    ChangeForms(id: Id<super::Proposal>) = "/forslag/{id}/blanketter/byte";
    Part(id: Id<super::Proposal>, part: str) = "/forslag/{id}/{part}";
}

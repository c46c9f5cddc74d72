//! The addresses of the room.

use crate::{
    ground::infra::address::addresses,
    people::{access::Person, account::Invitation},
};
use values::Id;

addresses! {
    List = "/kollegor";
    Invite = "/kollegor/inbjudningar";
    Invited(invitation: Id<Invitation>) = "/kollegor/inbjudningar/{invitation}";
    WithdrawInvitation(invitation: Id<Invitation>) = "/kollegor/inbjudningar/{invitation}/aterkallande";
    Colleague(id: Id<Person>) = "/kollegor/{id}";
    GiveRole(id: Id<Person>) = "/kollegor/{id}/roller";
    NewPassword(id: Id<Person>) = "/kollegor/{id}/losenord";
    Remove(id: Id<Person>) = "/kollegor/{id}/borttagning";
    FirstAdministrator(code: str) = "/register/{code}/administrator";
}

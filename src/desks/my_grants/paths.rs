//! The addresses of the room.

use crate::{grants::grant, ground::infra::address::addresses};
use values::Id;

addresses! {
    List = "/bidrag";
    Grant(id: Id<grant::Grant>) = "/bidrag/{id}";
}

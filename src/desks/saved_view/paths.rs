//! The addresses of the room.

use super::SavedView;
use crate::ground::infra::address::addresses;
use values::Id;

addresses! {
    Save = "/oversikt/vyer";
    Remove(id: Id<SavedView>) = "/oversikt/vyer/{id}/borttagning";
}

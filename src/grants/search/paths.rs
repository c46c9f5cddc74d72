//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Search = "/sok";
}

//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    SignIn = "/ovning/logga-in";
    SetDate = "/ovning/datum";
}

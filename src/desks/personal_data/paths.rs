//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    About = "/personuppgifter";
    Own = "/konto/uppgifter.json";
}

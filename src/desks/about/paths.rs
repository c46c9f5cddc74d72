//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Start = "/";
    About = "/om";
    Accessibility = "/tillganglighet";
}

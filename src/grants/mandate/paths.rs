//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    List = "/uppdrag";
    Unconfirmed = "/granskning/uppdrag";
    Recipient(code: str) = "/granskning/uppdrag/{code}";
}

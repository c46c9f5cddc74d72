//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Insight(slug: str) = "/oversikt/{slug}/insyn";
    TakeBack(slug: str) = "/oversikt/{slug}/insyn/borttagning";
}

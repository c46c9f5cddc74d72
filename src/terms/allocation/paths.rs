//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Table(slug: str) = "/overenskommelser/{slug}/fordelning";
}

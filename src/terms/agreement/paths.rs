//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    List = "/overenskommelser";
    Agreement(slug: str) = "/overenskommelser/{slug}";
    Diarienummer(slug: str) = "/overenskommelser/{slug}/diarienummer";
    RepaymentAccount(slug: str) = "/overenskommelser/{slug}/aterbetalningskonto";
    Deadlines(slug: str) = "/overenskommelser/{slug}/sista-dagar";
}

//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    SignIn(provider: str) = "/logga-in/{provider}";
    Answer(provider: str) = "/logga-in/{provider}/svar";
    SignedOutThere(provider: str) = "/logga-in/{provider}/utloggning";
    Confirm = "/bekrafta/identitet";
    Link(provider: str) = "/konto/identitet/{provider}";
    SignOut = "/logga-ut";
}

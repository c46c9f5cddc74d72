//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    SignIn = "/logga-in";
    SwitchOrganisation = "/organisation";
    Sessions = "/konto/inloggningar";
    KeepSession = "/konto/inloggningar/forlangning";
    EndSession = "/konto/inloggningar/utloggning";
    EndOtherSessions = "/konto/inloggningar/utloggning-ovriga";
}

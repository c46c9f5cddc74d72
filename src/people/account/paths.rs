//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    Confirm = "/bekrafta";
    Code = "/logga-in/kod";
    Own = "/konto";
    ChangePassword = "/konto/losenord";
    SecondFactor = "/konto/tvafaktor";
    ConfirmSecondFactor = "/konto/tvafaktor/kod";
    RemoveSecondFactor = "/konto/tvafaktor/borttagning";
    RenewCodes = "/konto/tvafaktor/reservkoder";
    Welcome(token: str) = "/valkommen/{token}";
    Join(token: str) = "/valkommen/{token}/konto";
    ResetPassword(token: str) = "/valkommen/{token}/losenord";
    AskToConfirm = "/konto/passkeys/fraga";
    AskToSignIn = "/logga-in/kod/passkey";
    Passkeys = "/konto/passkeys";
    NewPasskey = "/konto/passkeys/ny";
    RemovePasskey = "/konto/passkeys/borttagning";
}

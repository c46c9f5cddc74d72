//! The addresses of the room.

use crate::ground::infra::address::addresses;

addresses! {
    List = "/register";
    New = "/register/ny";
    Recipient(code: str) = "/register/{code}";
    Alias(code: str) = "/register/{code}/alias";
    RemoveAlias(code: str) = "/register/{code}/alias/borttagning";
    Name(code: str) = "/register/{code}/namn";
    Number(code: str) = "/register/{code}/nummer";
    Merger(code: str) = "/register/{code}/sammanlaggning";
    MergerCheck(code: str) = "/register/{code}/sammanlaggning/kontroll";
    Split(code: str) = "/register/{code}/delning";
    SplitCheck(code: str) = "/register/{code}/delning/kontroll";
}

//! The overview (*översikt*): every recipient of an agreement on one page.

pub mod pages;

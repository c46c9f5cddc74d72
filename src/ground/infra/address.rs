//! Addresses as types: one line gives the pattern of a route, and the links and redirects to it.

use std::fmt::{self, Display, Write};

/// `Case(id: Id<Requisition>) = "/rekvisitioner/{id}";` makes a type with `Case::PATTERN` for the route; `Case(&id)` is
/// displayed as the address. It borrows what it names, because a template hands over references.
macro_rules! addresses {
    ($($(#[$doc:meta])* $name:ident $(($($part:ident: $of:ty),+))? = $pattern:literal;)+) => {
        $($crate::ground::infra::address::address! { $(#[$doc])* $name ($($($part: $of),+)?) = $pattern })+
    };
}

macro_rules! address {
    ($(#[$doc:meta])* $name:ident () = $pattern:literal) => {
        $(#[$doc])*
        pub struct $name;

        impl $name {
            pub const PATTERN: &'static str = $pattern;
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(Self::PATTERN)
            }
        }
    };
    ($(#[$doc:meta])* $name:ident ($($part:ident: $of:ty),+) = $pattern:literal) => {
        $(#[$doc])*
        pub struct $name<'a>($(pub &'a $of),+);

        impl $name<'_> {
            pub const PATTERN: &'static str = $pattern;
        }

        impl std::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let Self($($part),+) = self;
                write!(f, $pattern, $($part = $crate::ground::infra::address::Encoded($part)),+)
            }
        }
    };
}

pub(crate) use {address, addresses};

/// A part of a path: only letters and digits of ASCII and `-._~` stand as they are (RFC 3986, 2.3).
pub struct Encoded<T>(pub T);

impl<T: Display> Display for Encoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in self.0.to_string().bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                f.write_char(byte.into())?;
            } else {
                write!(f, "%{byte:02X}")?;
            }
        }
        Ok(())
    }
}

/// Whether a path is where the addresses of a pattern begin (`/rekvisitioner` of `/rekvisitioner/{id}`), or below.
pub fn is_within(path: &str, pattern: &str) -> bool {
    let start = pattern.split_once('{').map_or(pattern, |(start, _)| start.trim_end_matches('/'));
    path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::is_within;

    super::addresses! {
        List = "/bidrag";
        Year(slug: str, year: i32) = "/bidrag/{slug}/{year}.csv";
    }

    #[test]
    fn an_address_is_its_pattern_with_the_parts_encoded() {
        assert_eq!((List.to_string().as_str(), List::PATTERN), ("/bidrag", "/bidrag"));
        assert_eq!(Year("a b/å?", &2022).to_string(), "/bidrag/a%20b%2F%C3%A5%3F/2022.csv");
        assert_eq!(Year::PATTERN, "/bidrag/{slug}/{year}.csv");
    }

    #[test]
    fn a_path_is_within_the_place_of_a_pattern() {
        for path in ["/bidrag", "/bidrag/x", "/bidrag/x/2022.csv"] {
            assert!(is_within(path, Year::PATTERN) && is_within(path, List::PATTERN), "{path}");
        }
        assert!(!is_within("/bidragen", Year::PATTERN));
        assert!(is_within("/", "/") && !is_within("/bidrag", "/"));
    }
}

use crate::access::routing::Routes;
pub fn routes(_routes: &mut Routes<'_>) {}

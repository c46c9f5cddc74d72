//! What a person sits at: pages that show and call. What they call is a verb in the room of what it changes.

pub mod about;
pub mod colleague;
pub mod dashboard;
pub mod my_grants;
pub mod open_data;
pub mod personal_data;
pub mod proposal;
pub mod registry;
pub mod review;
pub mod saved_view;

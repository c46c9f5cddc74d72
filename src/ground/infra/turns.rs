//! Whose turn it is to have a file read and scanned: few at once, and nobody two of them.
//!
//! Both take as long as whoever made the file wants, so somebody with many slow files waits for their own, and the others have
//! the rest of the places. Each process counts for itself.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_web::{HttpMessage, HttpRequest, rt::time::timeout};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// At once, of everybody together.
const PLACES: usize = 4;
/// So long one waits.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub struct Turns {
    places: Arc<Semaphore>,
    people: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// Held for as long as it takes.
#[derive(Debug)]
pub struct Turn {
    _own: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(PLACES)), people: Mutex::default() }
    }
}

impl Turns {
    /// `None` when the turn did not come in time.
    pub async fn wait(&self, whose: &str) -> Option<Turn> {
        let own = self.of(whose);
        let turn = async {
            // The own turn first: of those who wait for a place, nobody waits twice.
            let _own = own.acquire_owned().await.ok()?;
            let _place = self.places.clone().acquire_owned().await.ok()?;
            Some(Turn { _own, _place })
        };
        timeout(PATIENCE, turn).await.ok().flatten()
    }

    fn of(&self, whose: &str) -> Arc<Semaphore> {
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        // Kept are those who wait or have their turn.
        people.retain(|_, own| Arc::strong_count(own) > 1);
        people.entry(whose.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(1))).clone()
    }
}

/// Who sent a request, once that is known.
struct Sender(String);

pub fn note_sender(request: &HttpRequest, person: String) {
    request.extensions_mut().insert(Sender(person));
}

/// Empty for whoever is not signed in.
pub fn sender(request: &HttpRequest) -> String {
    request.extensions().get::<Sender>().map(|sender| sender.0.clone()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[test]
    fn a_person_has_one_turn_and_leaves_the_other_places_to_others() {
        let turns = Turns::default();
        let now = |whose| turns.wait(whose).now_or_never().flatten();
        let runtime = actix_web::rt::System::new();
        runtime.block_on(async {
            let first = now("en").unwrap();
            assert!(now("en").is_none());
            let others = ["två", "tre", "fyra"].map(|whose| now(whose).unwrap());
            assert!(now("fem").is_none());
            drop(first);
            assert!(now("fem").is_some());
            drop(others);
            assert!(now("två").is_some());
        });
    }
}

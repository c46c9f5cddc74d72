//! Passwords are looked at in turns: as many at once as there are processors, each in memory that the next one uses again. The
//! queue has an end: who has waited long is told to come back.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::Duration,
};

use actix_web::web;
use tokio::{
    sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::password::Memory;
use crate::ground::infra::{error::AppError, metrics};

/// Nobody waits longer.
const LONGEST: Duration = Duration::from_secs(20);

static TURNS: LazyLock<Arc<Semaphore>> =
    LazyLock::new(|| Arc::new(Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from))));
/// Of those that are not at work: never more than there are turns.
static MEMORIES: Mutex<Vec<Memory>> = Mutex::new(Vec::new());

/// Does the work of one password, when it is its turn.
pub async fn in_turn<T: Send + 'static>(
    work: impl FnOnce(&mut Memory) -> T + Send + 'static,
) -> Result<T, AppError> {
    let turn = turn(LONGEST).await?;
    let done = web::block(move || {
        let mut memory = memories().pop().unwrap_or_default();
        let done = work(&mut memory);
        memories().push(memory);
        // Here, and not where somebody waits for it: a browser that has gone does not end the work.
        drop(turn);
        done
    });
    done.await.map_err(|error| AppError::internal(error.to_string()))
}

async fn turn(longest: Duration) -> Result<OwnedSemaphorePermit, AppError> {
    let _waiting = metrics::PasswordWaits::begin();
    let turn = timeout(longest, Arc::clone(&TURNS).acquire_owned()).await.map_err(|_| AppError::Busy)?;
    turn.map_err(|error| AppError::internal(error.to_string()))
}

fn memories() -> std::sync::MutexGuard<'static, Vec<Memory>> {
    MEMORIES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Nobody else with this key tries a password until this is dropped, and each copy of it.
#[derive(Debug, Clone)]
pub struct Alone {
    _guard: Arc<OwnedMutexGuard<()>>,
}

static KEYS: LazyLock<Vec<Arc<AsyncMutex<()>>>> =
    LazyLock::new(|| (0..256).map(|_| Arc::default()).collect());

/// One try at a time: the right passwords of somebody who does several things at once are not taken for guesses.
pub async fn alone(key: &str) -> Result<Alone, AppError> {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let place = usize::try_from(hasher.finish() % 256).unwrap_or_default();
    let lock = KEYS.get(place).cloned().unwrap_or_default();
    let guard = timeout(LONGEST, lock.lock_owned()).await.map_err(|_| AppError::Busy)?;
    Ok(Alone { _guard: Arc::new(guard) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn of_one_key_one_at_a_time_and_others_do_not_wait() {
        let first = alone("a").await.unwrap();
        assert!(timeout(Duration::from_millis(50), alone("a")).await.is_err());
        let other = (0..9).map(|number| number.to_string());
        let mut free = 0;
        for key in other {
            free += usize::from(timeout(Duration::from_millis(50), alone(&key)).await.is_ok());
        }
        assert!(free >= 8, "{free}");
        drop(first);
        assert!(timeout(Duration::from_millis(50), alone("a")).await.is_ok());
    }

    #[actix_web::test]
    async fn who_has_waited_long_is_told_to_come_back() {
        let turns = std::thread::available_parallelism().map_or(2, usize::from);
        let all = Arc::clone(&TURNS).acquire_many_owned(u32::try_from(turns).unwrap()).await.unwrap();
        let told = turn(Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(actix_web::ResponseError::status_code(&told), 503);
        drop(all);
        assert!(turn(LONGEST).await.is_ok());
    }

    #[actix_web::test]
    async fn memory_is_kept_for_the_next_and_never_more_than_the_turns() {
        let all: Vec<_> = (0..40).map(|_| actix_web::rt::spawn(in_turn(|_| ()))).collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
        let turns = std::thread::available_parallelism().map_or(2, usize::from);
        assert!((1..=turns).contains(&memories().len()));
    }
}

//! What this process has seen of where an item lies: for a session, an account or an authenticator (by its index key)
//! the user whose partition holds it, which never changes while the item lives.
//!
//! Only keys to ask for come from here, never an answer: everything remembered is verified by the read it leads to.
//! One map for the process, bounded, so that adapters made per request or by a hot reload share it.

use std::num::NonZeroUsize;
use std::sync::{LazyLock, Mutex, PoisonError};

use lru::LruCache;

use super::keys::Key;

/// At 100 to 300 bytes an entry, a few megabytes at the most.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(20_000).unwrap();

static SEEN: LazyLock<Mutex<LruCache<Place, Seen>>> = LazyLock::new(|| Mutex::new(LruCache::new(CAPACITY)));

#[derive(PartialEq, Eq, Hash)]
struct Place {
    client: usize,
    table: String,
    index_key: Key,
}

/// What is remembered of an index key.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The item is in this user's partition.
    Owner(String),
    /// It was looked for long enough for the index to have caught up, or was deleted by this process: a miss on the
    /// index need not be asked again.
    Absent,
}

/// The part of the map that belongs to one table of one connection.
pub(super) struct Known {
    client: usize,
    table: String,
}

impl Known {
    pub(super) fn new(client: usize, table: &str) -> Self {
        Known { client, table: table.to_owned() }
    }

    pub(super) fn get(&self, index_key: &Key) -> Option<Seen> {
        lock().get(&self.place(index_key)).cloned()
    }

    pub(super) fn set(&self, index_key: &Key, seen: Seen) {
        lock().put(self.place(index_key), seen);
    }

    fn place(&self, index_key: &Key) -> Place {
        Place { client: self.client, table: self.table.clone(), index_key: index_key.clone() }
    }
}

/// A panic while the lock was held leaves a cache that is still a cache.
fn lock() -> std::sync::MutexGuard<'static, LruCache<Place, Seen>> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner)
}

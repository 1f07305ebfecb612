//! From what a caller knows (a session token, a provider account, a credential id) to the user whose partition holds
//! the item: by what this process has seen, by a claim, by the index.

use std::time::Duration;

use super::Shared;
use super::keys::{self, Key};
use super::known::Seen;
use super::request::CLAIMED_BY;
use crate::client::Item;
use crate::error::Result;

/// The pauses between looks at the index: the first, and the longest. They double.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(300);

/// What leads to an item.
pub(super) struct Lookup {
    /// Its key on the index.
    pub(super) index_key: Key,
    /// The key of its claim, if it is of a kind that is claimed.
    pub(super) claim: Option<Key>,
}

impl Shared {
    /// Asks `probe` of each user who may own the item, until one does. What leads to the user may be out of date;
    /// `probe` reads or writes the item itself, and that is the answer.
    pub(super) async fn locate<T, F: Future<Output = Result<Option<T>>> + Send>(
        &self,
        lookup: Lookup,
        probe: impl Fn(String) -> F,
    ) -> Result<Option<T>> {
        let seen = self.known.get(&lookup.index_key);
        let mut tried = Vec::new();
        if let Some(Seen::Owner(user_id)) = &seen {
            if let Some(found) = probe(user_id.clone()).await? {
                return Ok(Some(found));
            }
            tried.push(user_id.clone());
        }
        if let Some(claim) = lookup.claim.as_ref().filter(|_| self.options.uniqueness)
            && let Some(user_id) = self.claimed_by(claim).await?
            && !tried.contains(&user_id)
        {
            if let Some(found) = probe(user_id.clone()).await? {
                self.known.set(&lookup.index_key, Seen::Owner(user_id));
                return Ok(Some(found));
            }
            tried.push(user_id);
        }
        // A claim is strongly consistent, and an item that this process knows or has deleted is no news either: the
        // index is waited for only where it is the one way to what another process has just written.
        let patient = seen.is_none() && !(lookup.claim.is_some() && self.options.uniqueness);
        for user_id in self.owners_on_index(&lookup.index_key, patient).await? {
            if tried.contains(&user_id) {
                continue;
            }
            if let Some(found) = probe(user_id.clone()).await? {
                self.known.set(&lookup.index_key, Seen::Owner(user_id));
                return Ok(Some(found));
            }
        }
        self.known.set(&lookup.index_key, Seen::Absent);
        Ok(None)
    }

    /// Takes the item that a lookup leads to, at the key that it has in its user's partition: one caller gets it.
    pub(super) async fn take_located(
        &self,
        lookup: Lookup,
        key: impl Fn(&str) -> Option<Key> + Sync,
    ) -> Result<Option<Item>> {
        let (index_key, key) = (lookup.index_key.clone(), &key);
        let taken = self
            .locate(lookup, |user_id: String| async move {
                match key(&user_id) {
                    Some(key) => self.take(&key).await,
                    None => Ok(None),
                }
            })
            .await?;
        self.known.set(&index_key, Seen::Absent);
        Ok(taken)
    }

    /// Who holds a claim, read strongly consistently. Whether the claim is still true is another question.
    pub(super) async fn claimed_by(&self, claim: &Key) -> Result<Option<String>> {
        let item = self.read_consistently(claim).await?;
        Ok(item.and_then(|item| item.get(CLAIMED_BY)?.as_s().ok().cloned()))
    }

    /// The users who own an item of this index key, by the index. A miss is asked again within a bounded time if
    /// `patient`: the index follows the table with a delay.
    pub(super) async fn owners_on_index(&self, index_key: &Key, patient: bool) -> Result<Vec<String>> {
        let mut patience = self.patience(patient);
        loop {
            let items = self.client.query(self.options.query_index_for_keys(index_key)).await?;
            let keys = items.iter().filter_map(|item| self.options.key_of(item));
            let owners: Vec<_> =
                keys.filter_map(|key| keys::user_of_partition(&key.partition).map(str::to_owned)).collect();
            if !owners.is_empty() || !patience.wait().await {
                return Ok(owners);
            }
        }
    }

    pub(super) fn patience(&self, patient: bool) -> Patience {
        Patience {
            left: if patient { self.options.index_lag_timeout } else { Duration::ZERO },
            pause: FIRST_PAUSE,
        }
    }
}

/// How long a miss on the index is worth another look.
pub(super) struct Patience {
    left: Duration,
    pause: Duration,
}

impl Patience {
    /// Waits for the time of the next look; `false` when there is none.
    pub(super) async fn wait(&mut self) -> bool {
        if self.left.is_zero() {
            return false;
        }
        let pause = self.pause.min(self.left);
        tokio::time::sleep(pause).await;
        self.left -= pause;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

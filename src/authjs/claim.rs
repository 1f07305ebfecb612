//! Claims: one item an email and one a provider account, written in one transaction with the user or the account that
//! holds it. Two sign-ups at once cannot both write it.
//!
//! A claim whose owner no longer has the email or the account (an adapter that knows no claims deleted it) is stale. It
//! is taken over in the same transaction, on the condition that it is still so.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::Shared;
use super::keys::Key;
use super::request::{CLAIMED_BY, Condition};
use crate::client::{Check, Item, Transaction};
use crate::error::{Code, Error, Result};

/// How often a write that lost to another begins anew before it gives up.
pub(super) const TRIES: usize = 8;

/// Whether who holds a claim still has what it is about.
pub(super) enum Holder {
    /// So the claim is taken.
    HasIt,
    /// So the claim is stale; with the actions that keep it so until it is taken over.
    LostIt(Vec<TransactWriteItem>),
}

/// How a transaction with a claim ended.
pub(super) enum Claimed {
    /// All is written.
    Done,
    /// Another user holds the claim.
    Taken,
    /// A condition of the other actions was not met: what became of each.
    Refused(Vec<Check>),
}

impl Shared {
    /// Carries out `actions` and claims `claim` for a user, or does nothing. `holder` looks at the user who holds the
    /// claim already.
    pub(super) async fn transact_with_claim<F: Future<Output = Result<Holder>> + Send>(
        &self,
        actions: Vec<TransactWriteItem>,
        claim: &Key,
        user_id: &str,
        holder: impl Fn(String) -> F,
    ) -> Result<Claimed> {
        let mut stale: Option<(String, Vec<TransactWriteItem>)> = None;
        for _ in 0..TRIES {
            let (condition, guards) = match &stale {
                None => (Condition::FreeFor(user_id), Vec::new()),
                Some((owner, guards)) => (Condition::ClaimedBy(owner), guards.clone()),
            };
            let mut all = actions.clone();
            all.push(self.options.transact_put(self.claim_item(claim, user_id), Some(condition)));
            all.extend(guards);
            let mut checks = match self.client.transact(all).await? {
                Transaction::Done => return Ok(Claimed::Done),
                Transaction::ConditionFailed(checks) => checks,
            };
            checks.truncate(actions.len() + 1);
            let claim_check = checks.pop();
            if checks.iter().any(|check| matches!(check, Check::Failed(_))) {
                return Ok(Claimed::Refused(checks));
            }
            // Whatever else it was, the claim or its holder has changed since: look again.
            stale = None;
            if let Some(Check::Failed(Some(held))) = claim_check
                && let Some(owner) = held.get(CLAIMED_BY).and_then(|value| value.as_s().ok())
            {
                match holder(owner.clone()).await? {
                    Holder::HasIt => return Ok(Claimed::Taken),
                    Holder::LostIt(guards) => stale = Some((owner.clone(), guards)),
                }
            }
        }
        Err(contended())
    }

    fn claim_item(&self, claim: &Key, user_id: &str) -> Item {
        let mut item = self.options.key(claim);
        item.insert("type".to_owned(), AttributeValue::S("CLAIM".to_owned()));
        item.insert(CLAIMED_BY.to_owned(), AttributeValue::S(user_id.to_owned()));
        item
    }
}

/// Others kept changing the same items.
pub(super) fn contended() -> Error {
    Error::new(
        Code::TransactionFailed,
        "other requests kept changing the same user or account",
        "Try again; if it persists, look for a loop that writes the same user",
    )
}

//! Provider accounts: each linked to one user.

use super::Shared;
use super::argument::{id_text, provider_and_account_id, record, required, required_id, writable};
use super::claim::{Claimed, Holder};
use super::item::{ACCOUNT, USER};
use super::keys::{self, Key};
use super::known::Seen;
use super::locate::Lookup;
use super::request::Condition;
use crate::client::{Check, Item, Transaction};
use crate::error::{Code, Error, Result};
use crate::value::{Record, Value};

/// What a provider calls an account.
struct Identity {
    provider: String,
    provider_account_id: String,
}

impl Identity {
    fn of(argument: &Value) -> Option<Self> {
        let (provider, provider_account_id) = provider_and_account_id(argument)?;
        Some(Identity { provider, provider_account_id })
    }

    fn key(&self, user_id: &str) -> Option<Key> {
        keys::account(user_id, &self.provider, &self.provider_account_id)
    }

    fn lookup(&self) -> Option<Lookup> {
        Some(Lookup {
            index_key: keys::account_index(&self.provider, &self.provider_account_id)?,
            claim: Some(keys::account_claim(&self.provider, &self.provider_account_id)?),
        })
    }
}

impl Shared {
    pub(super) async fn get_user_by_account(&self, account: Value) -> Result<Option<Record>> {
        let Some((identity, lookup)) = located(&account) else { return Ok(None) };
        if self.options.index_has_table_keys() {
            return Box::pin(self.get_user_by_account_at_index(&lookup.index_key)).await;
        }
        let identity = &identity;
        let found = self
            .locate(lookup, |user_id: String| async move {
                let (Some(account), Some(user)) = (identity.key(&user_id), keys::user(&user_id)) else {
                    return Ok(None);
                };
                let [account, user] = self.read_both([&account, &user]).await?;
                Ok(account.and(user))
            })
            .await?;
        Ok(found.map(|user| USER.to_record(user, &self.options)))
    }

    pub(super) async fn link_account(&self, account: Value) -> Result<Record> {
        let account = record(&ACCOUNT, account)?;
        if self.options.index_has_table_keys() {
            return Box::pin(self.link_account_at_index(account)).await;
        }
        let user_id = required_id(&ACCOUNT, &account, "userId")?;
        let user_id = user_id.as_ref();
        let identity = Identity {
            provider: required(&ACCOUNT, &account, "provider")?.to_owned(),
            provider_account_id: required_id(&ACCOUNT, &account, "providerAccountId")?.into_owned(),
        };
        let key = writable(&ACCOUNT, identity.key(user_id), "providerAccountId")?;
        writable(&ACCOUNT, keys::user(user_id), "userId")?;
        let lookup = identity.lookup();
        let index_key =
            writable(&ACCOUNT, lookup.as_ref().map(|lookup| lookup.index_key.clone()), "providerAccountId")?;
        let item = ACCOUNT.to_item(&account, &self.options, &key, Some(&index_key))?;
        if let Some(claim) = lookup.and_then(|lookup| lookup.claim).filter(|_| self.options.uniqueness) {
            self.link_claimed(&identity, user_id, item, &index_key, &claim).await?;
        } else {
            self.client.put(self.options.put(item)).await?;
        }
        self.known.set(&index_key, Seen::Owner(user_id.to_owned()));
        Ok(ACCOUNT.as_stored(account))
    }

    async fn link_claimed(
        &self,
        identity: &Identity,
        user_id: &str,
        item: Item,
        index_key: &Key,
        claim: &Key,
    ) -> Result<()> {
        // Accounts that an adapter without claims linked are on the index only.
        let mut left_behind = Vec::new();
        for owner in self.owners_on_index(index_key, false).await? {
            if owner == user_id {
                continue;
            }
            match self.holder_of_account(&owner, identity).await? {
                Holder::HasIt => return Err(account_exists()),
                Holder::LostIt(actions) => left_behind.push(actions),
            }
        }
        let put = self.options.transact_put(item, None);
        let holder = |owner: String| async move { self.holder_of_account(&owner, identity).await };
        match self.transact_with_claim(vec![put], claim, user_id, holder).await? {
            Claimed::Done => {}
            Claimed::Taken | Claimed::Refused(_) => return Err(account_exists()),
        }
        // Accounts of users who are gone, which would be found beside this one. Not met: gone already, or with the claim.
        for actions in left_behind {
            self.client.transact(actions).await?;
        }
        Ok(())
    }

    /// An account is its holder's while both its item and the user are there: an account of a user who is gone must
    /// not lock anybody out.
    async fn holder_of_account(&self, owner: &str, identity: &Identity) -> Result<Holder> {
        let (Some(account), Some(user)) = (identity.key(owner), keys::user(owner)) else {
            return Ok(Holder::LostIt(Vec::new()));
        };
        Ok(match self.batch([&account, &user], true).await? {
            [Some(_), Some(_)] => Holder::HasIt,
            [None, _] => Holder::LostIt(vec![self.options.transact_check(&account, Condition::Absent)]),
            [Some(_), None] => Holder::LostIt(vec![
                self.options.transact_check(&user, Condition::Absent),
                self.options.transact_delete(&account, Condition::Exists),
            ]),
        })
    }

    pub(super) async fn unlink_account(&self, account: Value) -> Result<Option<Record>> {
        let Some((identity, lookup)) = located(&account) else { return Ok(None) };
        if self.options.index_has_table_keys() {
            return Box::pin(self.unlink_account_at_index(&lookup.index_key)).await;
        }
        let (index_key, claim) =
            (lookup.index_key.clone(), lookup.claim.clone().filter(|_| self.options.uniqueness));
        let (identity, claim) = (&identity, claim.as_ref());
        let unlinked = self
            .locate(lookup, |user_id: String| async move {
                let Some(key) = identity.key(&user_id) else { return Ok(None) };
                let Some(item) = self.read(&key).await? else { return Ok(None) };
                let unlink = self.options.transact_delete(&key, Condition::Exists);
                if let Some(claim) = claim {
                    let release = self.options.transact_delete(claim, Condition::FreeFor(&user_id));
                    match self.client.transact(vec![unlink.clone(), release]).await? {
                        Transaction::Done => return Ok(Some(item)),
                        Transaction::ConditionFailed(checks)
                            if matches!(checks[..], [Check::Failed(_), ..]) =>
                        {
                            return Ok(None);
                        }
                        // Another user has taken the claim over, and keeps it.
                        Transaction::ConditionFailed(_) => {}
                    }
                }
                Ok((self.client.transact(vec![unlink]).await? == Transaction::Done).then_some(item))
            })
            .await?;
        if unlinked.is_some() {
            self.known.set(&index_key, Seen::Absent);
        }
        Ok(unlinked.map(|item| ACCOUNT.to_record(item, &self.options)))
    }

    pub(super) async fn get_account(
        &self,
        provider_account_id: Value,
        provider: Value,
    ) -> Result<Option<Record>> {
        let (Some(id), Value::String(provider)) = (id_text(&provider_account_id), provider) else {
            return Ok(None);
        };
        let identity = Identity { provider, provider_account_id: id.into_owned() };
        let Some(lookup) = identity.lookup() else { return Ok(None) };
        if self.options.index_has_table_keys() {
            return Box::pin(self.get_account_at_index(&lookup.index_key)).await;
        }
        let identity = &identity;
        let found = self
            .locate(lookup, |user_id: String| async move {
                match identity.key(&user_id) {
                    Some(key) => self.read(&key).await,
                    None => Ok(None),
                }
            })
            .await?;
        Ok(found.map(|item| ACCOUNT.to_record(item, &self.options)))
    }

    pub(super) async fn list_accounts(&self, user_id: Value) -> Result<Vec<Record>> {
        self.list_of_user(&ACCOUNT, keys::ACCOUNTS, user_id).await
    }
}

fn located(account: &Value) -> Option<(Identity, Lookup)> {
    let identity = Identity::of(account)?;
    let lookup = identity.lookup()?;
    Some((identity, lookup))
}

pub(super) fn account_exists() -> Error {
    Error::new(
        Code::AccountExists,
        "this provider account is linked to another user",
        "Sign that user in, or unlink the account there first",
    )
}

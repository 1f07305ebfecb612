//! Tables whose index has the table's own keys: `indexPartitionKey` is `partitionKey`, and `indexSortKey` is `sortKey`.
//!
//! `@auth/dynamodb-adapter` writes the keys of the index over those of the table there. So a user lies at `USER#email`, an
//! account at `ACCOUNT#provider` and `ACCOUNT#providerAccountId`, and there is no item at a user's id. Apps with JWT
//! sessions work so, and read the user at its email. Items are read and written here as that adapter does it. What leads
//! from an id to its user is only what this process has seen; calls that need more say so and do nothing.

use super::Shared;
use super::argument::{id_text, required, required_id, writable};
use super::item::{ACCOUNT, USER};
use super::keys::{self, Key};
use super::known::Seen;
use super::request::Condition;
use super::user::{email_exists, email_of, has_same_id};
use crate::client::{Item, Transaction, Write};
use crate::error::{Code, Error, Result};
use crate::value::{Record, Value};

impl Shared {
    /// Nothing, where the index has keys of its own; otherwise the error of a call that cannot work without them.
    pub(super) fn needs_index_keys(&self, why: &str) -> Result<()> {
        match self.options.index_has_table_keys() {
            true => Err(cannot_work(why)),
            false => Ok(()),
        }
    }

    pub(super) async fn create_user_at_email(&self, mut user: Record) -> Result<Record> {
        if user.get("id").is_none_or(Value::is_nullish) {
            user.set("id", uuid::Uuid::new_v4().to_string());
        }
        let id = required_id(&USER, &user, "id")?.into_owned();
        let email = email_of(&user)?.map(str::to_owned);
        let key = match &email {
            Some(email) => writable(&USER, keys::user_index(email), "email")?,
            None => writable(&USER, keys::user(&id), "id")?,
        };
        let item = USER.to_item(&user, &self.options, &key, None)?;
        let put = self.options.transact_put(item, Some(Condition::Absent));
        if self.client.transact(vec![put]).await? != Transaction::Done {
            return Err(email_exists());
        }
        self.remember_email(&id, email);
        Ok(USER.as_stored(user))
    }

    pub(super) async fn get_user_at_email(&self, email: &str) -> Result<Option<Record>> {
        let Some(key) = keys::user_index(email) else { return Ok(None) };
        let Some(item) = self.read(&key).await? else { return Ok(None) };
        let user = USER.to_record(item, &self.options);
        if user.get_str("email") != Some(email) {
            return Ok(None);
        }
        if let Some(id) = user.get("id").and_then(id_text) {
            self.remember_email(&id, Some(email.to_owned()));
        }
        Ok(Some(user))
    }

    pub(super) async fn get_user_by_seen_email(&self, id: &str) -> Result<Option<Record>> {
        Ok(self.find_by_seen_email(id).await?.map(|(_, item)| USER.to_record(item, &self.options)))
    }

    pub(super) async fn update_user_at_email(
        &self,
        id: &str,
        email: Option<&str>,
        user: &Record,
    ) -> Result<Record> {
        if let Some(email) = email {
            self.remember_email(id, Some(email.to_owned()));
        }
        let changes = USER.to_changes(user, &self.options)?;
        let Some((key, current)) = self.find_by_seen_email(id).await? else {
            return Err(cannot_work("`updateUser` finds a user by its id"));
        };
        let attribute = USER.attribute("email", &self.options);
        let own = current.get(&attribute);
        let is_changed =
            email.is_some_and(|email| own.and_then(|own| own.as_s().ok()) != Some(&email.to_owned()));
        if is_changed {
            return Err(cannot_work("`updateUser` moves a user whose email changes"));
        }
        let condition = Condition::Holds(&attribute, own);
        let updated = match changes.is_empty() {
            true => Some(current.clone()),
            false => match self.client.update(self.options.update(&key, changes, condition)).await? {
                Write::Done(item) => item,
                Write::ConditionFailed(_) => None,
            },
        };
        let updated = updated.ok_or_else(|| cannot_work("`updateUser` finds a user by its id"))?;
        Ok(USER.to_record(updated, &self.options))
    }

    pub(super) async fn link_account_at_index(&self, account: Record) -> Result<Record> {
        let user_id = required_id(&ACCOUNT, &account, "userId")?;
        let provider = required(&ACCOUNT, &account, "provider")?;
        let id = required_id(&ACCOUNT, &account, "providerAccountId")?;
        let key = writable(&ACCOUNT, keys::account_index(provider, &id), "providerAccountId")?;
        let item = ACCOUNT.to_item(&account, &self.options, &key, None)?;
        const OWNER: &str = "userId";
        let linked = self.read_consistently(&key).await?;
        let condition = match &linked {
            None => Condition::Absent,
            Some(linked) if owner_of(linked).as_deref() == Some(user_id.as_ref()) => {
                Condition::Holds(OWNER, linked.get(OWNER))
            }
            Some(_) => return Err(super::account::account_exists()),
        };
        let put = self.options.transact_put(item, Some(condition));
        match self.client.transact(vec![put]).await? {
            Transaction::Done => Ok(ACCOUNT.as_stored(account)),
            Transaction::ConditionFailed(_) => Err(super::account::account_exists()),
        }
    }

    pub(super) async fn get_account_at_index(&self, key: &Key) -> Result<Option<Record>> {
        Ok(self.read(key).await?.map(|item| ACCOUNT.to_record(item, &self.options)))
    }

    pub(super) async fn unlink_account_at_index(&self, key: &Key) -> Result<Option<Record>> {
        Ok(self.take(key).await?.map(|item| ACCOUNT.to_record(item, &self.options)))
    }

    pub(super) async fn get_user_by_account_at_index(&self, key: &Key) -> Result<Option<Record>> {
        match self.read(key).await?.as_ref().and_then(owner_of) {
            Some(user_id) => self.get_user_by_seen_email(&user_id).await,
            None => Ok(None),
        }
    }

    /// The user of an id, if this process has seen its email; or an item at the id, which users without an email have.
    async fn find_by_seen_email(&self, id: &str) -> Result<Option<(Key, Item)>> {
        let Some(at_id) = keys::user(id) else { return Ok(None) };
        if let Some(Seen::Owner(email)) = self.known.get(&at_id)
            && let Some(key) = keys::user_index(&email)
            && let Some(item) = self.read_consistently(&key).await?
            && has_same_id(&item, id)
        {
            return Ok(Some((key, item)));
        }
        Ok(self.read(&at_id).await?.map(|item| (at_id, item)))
    }

    fn remember_email(&self, id: &str, email: Option<String>) {
        if let (Some(at_id), Some(email)) = (keys::user(id), email) {
            self.known.set(&at_id, Seen::Owner(email));
        }
    }
}

/// The user whose account it is.
fn owner_of(account: &Item) -> Option<String> {
    let owner = account.get("userId")?;
    owner.as_s().or_else(|_| owner.as_n()).ok().cloned()
}

fn cannot_work(why: &str) -> Error {
    Error::new(
        Code::InvalidConfig,
        format!(
            "the index has the table's own keys, as `indexPartitionKey` and `indexSortKey` say, and with those this call cannot \
             work: {why}, and a user lies at its email here"
        ),
        "Make an index with keys of its own, GSI1PK and GSI1SK, and move the items: docs/migrating.md, \"An index on the \
         table's own keys\"",
    )
}

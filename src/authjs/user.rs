//! Users, and what belongs to them.

use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use super::Shared;
use super::argument::{id_text, record, required_id, writable};
use super::claim::{Claimed, Holder, TRIES, contended};
use super::item::{Entity, USER};
use super::keys::{self, Key};
use super::request::Condition;
use crate::client::{Check, Item, Transaction, Write};
use crate::error::{Code, Error, Result};
use crate::marshal;
use crate::value::{Record, Value};

const EMAIL: &str = "email";

impl Shared {
    pub(super) async fn create_user(&self, user: Value) -> Result<Record> {
        let mut user = record(&USER, user)?;
        if self.options.index_has_table_keys() {
            return Box::pin(self.create_user_at_email(user)).await;
        }
        if user.get("id").is_none_or(Value::is_nullish) {
            user.set("id", uuid::Uuid::new_v4().to_string());
        }
        let id = required_id(&USER, &user, "id")?;
        let id = id.as_ref();
        let key = writable(&USER, keys::user(id), "id")?;
        let email = email_of(&user)?;
        let index_key = email.map(|email| writable(&USER, keys::user_index(email), EMAIL)).transpose()?;
        let item = USER.to_item(&user, &self.options, &key, index_key.as_ref())?;
        let put = self.options.transact_put(item, Some(Condition::Absent));
        match self.transact_with_email(vec![put], email, id).await? {
            Claimed::Done => Ok(USER.as_stored(user)),
            Claimed::Taken => Err(email_exists()),
            Claimed::Refused(_) => Err(Error::new(
                Code::ConditionalCheckFailed,
                "a user with this id is there already",
                "Leave `id` out to have one made, or change the user by updateUser",
            )),
        }
    }

    pub(super) async fn get_user(&self, id: Value) -> Result<Option<Record>> {
        let Some(id) = id_text(&id) else { return Ok(None) };
        if self.options.index_has_table_keys() {
            return Box::pin(self.get_user_by_seen_email(&id)).await;
        }
        let Some(key) = keys::user(&id) else { return Ok(None) };
        Ok(self.read(&key).await?.map(|item| USER.to_record(item, &self.options)))
    }

    pub(super) async fn get_user_by_email(&self, email: Value) -> Result<Option<Record>> {
        let Some(email) = email.as_str() else { return Ok(None) };
        if self.options.index_has_table_keys() {
            return Box::pin(self.get_user_at_email(email)).await;
        }
        let (Some(index_key), Some(claim)) = (keys::user_index(email), keys::email_claim(email)) else {
            return Ok(None);
        };
        // With claims, the index need not be waited for: what it does not have yet, the claim leads to.
        let mut patience = self.patience(!self.options.uniqueness);
        loop {
            let items = self.client.query(self.options.query_index(&index_key)).await?;
            if let Some(user) = items.into_iter().find(|item| self.has_email(item, email)) {
                return Ok(Some(USER.to_record(user, &self.options)));
            }
            if !patience.wait().await {
                break;
            }
        }
        if !self.options.uniqueness {
            return Ok(None);
        }
        let Some(key) = self.claimed_by(&claim).await?.as_deref().and_then(keys::user) else {
            return Ok(None);
        };
        let user = self.read_consistently(&key).await?.filter(|item| self.has_email(item, email));
        Ok(user.map(|item| USER.to_record(item, &self.options)))
    }

    pub(super) async fn update_user(&self, user: Value) -> Result<Record> {
        let mut user = record(&USER, user)?;
        let id = required_id(&USER, &user, "id")?.into_owned();
        user.remove("id");
        if self.options.index_has_table_keys() {
            return Box::pin(self.update_user_at_email(&id, email_of(&user)?, &user)).await;
        }
        let changes = USER.to_changes(&user, &self.options)?;
        let email_given = !matches!(user.get(EMAIL), None | Some(Value::Undefined));
        let email = email_of(&user)?;
        let Some(key) = keys::user(&id) else { return Err(user_not_found()) };
        let item = if email_given {
            let index_key = email.map(|email| writable(&USER, keys::user_index(email), EMAIL)).transpose()?;
            self.change_email(&id, &key, email, index_key, changes).await?
        } else if changes.is_empty() {
            self.read(&key).await?
        } else {
            match self.client.update(self.options.update(&key, changes, Condition::Exists)).await? {
                Write::Done(item) => item,
                Write::ConditionFailed(_) => None,
            }
        };
        item.map(|item| USER.to_record(item, &self.options)).ok_or_else(user_not_found)
    }

    /// Changes a user with an email among the changes: its index keys and its claim move in the same transaction. The
    /// user as it is then; `None` if there is no such user.
    async fn change_email(
        &self,
        id: &str,
        key: &Key,
        email: Option<&str>,
        index_key: Option<Key>,
        changes: Vec<(String, Option<AttributeValue>)>,
    ) -> Result<Option<Item>> {
        let attribute = USER.attribute(EMAIL, &self.options);
        let mut old_claim_is_ours = true;
        for _ in 0..TRIES {
            let Some(current) = self.read_consistently(key).await? else { return Ok(None) };
            let old_value = current.get(&attribute);
            let old = old_value.and_then(|value| value.as_s().ok()).filter(|old| !old.is_empty());
            let unchanged = Condition::Holds(&attribute, old_value);
            if old.map(String::as_str) == email && self.is_indexed_at(&current, index_key.as_ref()) {
                match self.client.update(self.options.update(key, changes.clone(), unchanged)).await? {
                    Write::Done(item) => return Ok(item),
                    Write::ConditionFailed(_) => continue,
                }
            }
            let mut changes = changes.clone();
            changes.extend(self.index_key_changes(index_key.as_ref()));
            let mut actions = vec![self.options.transact_update(key, changes, unchanged)];
            if self.options.uniqueness
                && old_claim_is_ours
                && let Some(claim) =
                    old.filter(|old| Some(old.as_str()) != email).and_then(|old| keys::email_claim(old))
            {
                actions.push(self.options.transact_delete(&claim, Condition::FreeFor(id)));
            }
            match self.transact_with_email(actions, email, id).await? {
                Claimed::Done => return self.read_consistently(key).await,
                Claimed::Taken => return Err(email_exists()),
                // The first action is about the user: it was changed meanwhile. The second about the old claim.
                Claimed::Refused(checks) => {
                    old_claim_is_ours = !matches!(checks.get(1), Some(Check::Failed(_)))
                }
            }
        }
        Err(contended())
    }

    /// Carries out `actions` for a user who is to have this email, if any, unless another user has it.
    async fn transact_with_email(
        &self,
        actions: Vec<TransactWriteItem>,
        email: Option<&str>,
        id: &str,
    ) -> Result<Claimed> {
        let Some(email) = email.filter(|_| self.options.uniqueness) else {
            return Ok(match self.client.transact(actions).await? {
                Transaction::Done => Claimed::Done,
                Transaction::ConditionFailed(checks) => Claimed::Refused(checks),
            });
        };
        let index_key = writable(&USER, keys::user_index(email), EMAIL)?;
        let claim = writable(&USER, keys::email_claim(email), EMAIL)?;
        // Users that an adapter without claims made are on the index only.
        for owner in self.owners_on_index(&index_key, false).await? {
            if owner != id && matches!(self.holder_of_email(&owner, email).await?, Holder::HasIt) {
                return Ok(Claimed::Taken);
            }
        }
        self.transact_with_claim(actions, &claim, id, |owner: String| async move {
            self.holder_of_email(&owner, email).await
        })
        .await
    }

    async fn holder_of_email(&self, owner: &str, email: &str) -> Result<Holder> {
        let Some(key) = keys::user(owner) else { return Ok(Holder::LostIt(Vec::new())) };
        if self.read_consistently(&key).await?.is_some_and(|user| self.has_email(&user, email)) {
            return Ok(Holder::HasIt);
        }
        let attribute = USER.attribute(EMAIL, &self.options);
        let email = AttributeValue::S(email.to_owned());
        Ok(Holder::LostIt(vec![self.options.transact_check(&key, Condition::HoldsNot(&attribute, &email))]))
    }

    pub(super) async fn delete_user(&self, id: Value) -> Result<Option<Record>> {
        let Some(id) = id_text(&id) else { return Ok(None) };
        let Some(key) = keys::user(&id) else { return Ok(None) };
        self.needs_index_keys("`deleteUser` finds what belongs to a user by its id")?;
        let id = id.as_ref();
        let user = self.read_consistently(&key).await?;
        let belongings = self.belongings(&key).await?;
        self.delete_belongings(id, belongings).await.map_err(partly_deleted)?;
        let Some(user) = user else { return Ok(None) };
        let deleted = self.delete_user_item(id, &key, &user).await.map_err(partly_deleted)?;
        // What was written between the look at the partition and the end of the user.
        let late = self.belongings(&key).await.map_err(partly_deleted)?;
        self.delete_belongings(id, late).await.map_err(partly_deleted)?;
        Ok(deleted.then(|| USER.to_record(user, &self.options)))
    }

    /// The keys of all items of a user but the user; not of an app's own items, where those are to stay.
    async fn belongings(&self, user_key: &Key) -> Result<Vec<Key>> {
        let found = self.client.query(self.options.query_whole_partition(&user_key.partition)).await?;
        let keys = found.iter().filter_map(|item| self.options.key_of(item)).filter(|key| key != user_key);
        Ok(match self.options.delete_only_auth {
            true => keys.filter(keys::is_of_adapter).collect(),
            false => keys.collect(),
        })
    }

    /// Deletes items of a user, and the claims of those that are accounts.
    async fn delete_belongings(&self, id: &str, belongings: Vec<Key>) -> Result<()> {
        for claim in belongings.iter().filter_map(|key| keys::claim_of_account_item(&key.sort)) {
            // Not met: another user has taken the claim over, and keeps it.
            self.client.delete(self.options.delete(&claim, Condition::FreeFor(id))).await?;
        }
        if belongings.is_empty() {
            return Ok(());
        }
        let keys = belongings.iter().map(|key| self.options.key(key)).collect();
        self.client.batch_delete(&self.options.table_name, keys).await
    }

    /// Deletes the user and the claim of its email. `false` if another call has done so.
    async fn delete_user_item(&self, id: &str, key: &Key, user: &Item) -> Result<bool> {
        let delete_user = self.options.transact_delete(key, Condition::Exists);
        let email = user.get(&USER.attribute(EMAIL, &self.options)).and_then(|value| value.as_s().ok());
        if let Some(claim) = email.and_then(|email| keys::email_claim(email)) {
            let delete_claim = self.options.transact_delete(&claim, Condition::FreeFor(id));
            match self.client.transact(vec![delete_user.clone(), delete_claim]).await? {
                Transaction::Done => return Ok(true),
                Transaction::ConditionFailed(checks) if matches!(checks[..], [Check::Failed(_), ..]) => {
                    return Ok(false);
                }
                // Another user has taken the claim over, and keeps it.
                Transaction::ConditionFailed(_) => {}
            }
        }
        Ok(self.client.transact(vec![delete_user]).await? == Transaction::Done)
    }

    /// The records of one kind in a user's partition.
    pub(super) async fn list_of_user(
        &self,
        entity: &Entity,
        sort_prefix: &str,
        user_id: Value,
    ) -> Result<Vec<Record>> {
        let Some(user) = id_text(&user_id).as_deref().and_then(keys::user) else { return Ok(Vec::new()) };
        self.needs_index_keys("it finds what belongs to a user by its id")?;
        let items = self.client.query(self.options.query_partition(&user.partition, sort_prefix)).await?;
        Ok(items.into_iter().map(|item| entity.to_record(item, &self.options)).collect())
    }

    fn has_email(&self, user: &Item, email: &str) -> bool {
        user.get(&USER.attribute(EMAIL, &self.options))
            .and_then(|value| value.as_s().ok())
            .is_some_and(|own| own == email)
    }

    fn is_indexed_at(&self, user: &Item, index_key: Option<&Key>) -> bool {
        self.index_key_changes(index_key)
            .iter()
            .all(|(attribute, value)| user.get(attribute) == value.as_ref())
    }

    /// The index's key attributes set to these values, or removed.
    fn index_key_changes(&self, index_key: Option<&Key>) -> Vec<(String, Option<AttributeValue>)> {
        match index_key {
            Some(key) => {
                self.options.index_key(key).into_iter().map(|(name, value)| (name, Some(value))).collect()
            }
            None => {
                let names = [&self.options.index_partition_key, &self.options.index_sort_key];
                names.into_iter().map(|name| (name.clone(), None)).collect()
            }
        }
    }
}

/// The email, if there is one: a string that is not empty. What is neither that nor nothing is refused.
pub(super) fn email_of(user: &Record) -> Result<Option<&str>> {
    match user.get(EMAIL) {
        None | Some(Value::Null | Value::Undefined) => Ok(None),
        Some(Value::String(email)) => Ok(Some(email.as_str()).filter(|email| !email.is_empty())),
        Some(_) => {
            let path = marshal::property_path(USER.name, EMAIL);
            Err(Error::invalid_value(
                &path,
                "is not a string",
                "Give the email as a string, or null for none",
            ))
        }
    }
}

pub(super) fn email_exists() -> Error {
    Error::new(
        Code::EmailExists,
        "another user has this email",
        "Sign that user in, or link the account to it; two users cannot share an email",
    )
}

/// Whether a user's item has this id, as a text or as a number.
pub(super) fn has_same_id(user: &Item, id: &str) -> bool {
    user.get("id").is_some_and(|own| own.as_s().or_else(|_| own.as_n()).is_ok_and(|own| own == id))
}

fn user_not_found() -> Error {
    Error::new(
        Code::UserNotFound,
        "there is no user with this id",
        "Create the user first; nothing was written",
    )
}

fn partly_deleted(error: Error) -> Error {
    error.partial(
        "some items of the user may be deleted and others not",
        "Call deleteUser again: it goes on where it stopped",
    )
}

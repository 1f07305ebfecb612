//! Authenticators: the passkeys of a user.

use aws_sdk_dynamodb::types::AttributeValue;

use super::Shared;
use super::argument::{record, required, required_id, writable};
use super::item::AUTHENTICATOR;
use super::keys;
use super::known::Seen;
use super::locate::Lookup;
use super::request::Condition;
use crate::client::{Transaction, Write};
use crate::error::{Code, Error, Result};
use crate::marshal;
use crate::value::{Record, Value};

const COUNTER: &str = "counter";

impl Shared {
    pub(super) async fn create_authenticator(&self, authenticator: Value) -> Result<Record> {
        let authenticator = record(&AUTHENTICATOR, authenticator)?;
        self.needs_index_keys(AUTHENTICATOR_NEEDS_ID)?;
        let user_id = required_id(&AUTHENTICATOR, &authenticator, "userId")?;
        let user_id = user_id.as_ref();
        let credential_id = required(&AUTHENTICATOR, &authenticator, "credentialID")?;
        writable(&AUTHENTICATOR, keys::user(user_id), "userId")?;
        let key = writable(&AUTHENTICATOR, keys::authenticator(user_id, credential_id), "credentialID")?;
        let index_key = writable(&AUTHENTICATOR, keys::authenticator_index(credential_id), "credentialID")?;
        let item = AUTHENTICATOR.to_item(&authenticator, &self.options, &key, Some(&index_key))?;
        let put = self.options.transact_put(item, Some(Condition::Absent));
        if self.client.transact(vec![put]).await? != Transaction::Done {
            return Err(Error::new(
                Code::ConditionalCheckFailed,
                "the user has an authenticator with this credential id already",
                "Register another passkey, or change the counter by updateAuthenticatorCounter",
            ));
        }
        self.known.set(&index_key, Seen::Owner(user_id.to_owned()));
        Ok(AUTHENTICATOR.as_stored(authenticator))
    }

    pub(super) async fn get_authenticator(&self, credential_id: Value) -> Result<Option<Record>> {
        let Some((credential_id, lookup)) = lookup(&credential_id) else { return Ok(None) };
        self.needs_index_keys(AUTHENTICATOR_NEEDS_ID)?;
        let found = self
            .locate(lookup, |user_id: String| async move {
                match keys::authenticator(&user_id, credential_id) {
                    // The counter is what a replay is recognised by: an old one must not be answered.
                    Some(key) => self.read_consistently(&key).await,
                    None => Ok(None),
                }
            })
            .await?;
        Ok(found.map(|item| AUTHENTICATOR.to_record(item, &self.options)))
    }

    pub(super) async fn delete_authenticator(&self, credential_id: Value) -> Result<Option<Record>> {
        let Some((credential_id, lookup)) = lookup(&credential_id) else { return Ok(None) };
        self.needs_index_keys(AUTHENTICATOR_NEEDS_ID)?;
        let key = |user_id: &str| keys::authenticator(user_id, credential_id);
        let deleted = self.take_located(lookup, key).await?;
        Ok(deleted.map(|item| AUTHENTICATOR.to_record(item, &self.options)))
    }

    pub(super) async fn list_authenticators(&self, user_id: Value) -> Result<Vec<Record>> {
        self.list_of_user(&AUTHENTICATOR, keys::AUTHENTICATORS, user_id).await
    }

    pub(super) async fn update_authenticator_counter(
        &self,
        credential_id: Value,
        counter: Value,
    ) -> Result<Record> {
        let Value::Number(counter) = counter else {
            return Err(Error::invalid_value(COUNTER, "is not a number", "Give the new counter as a number"));
        };
        // Adding 0 makes -0, for which DynamoDB has no number, 0.
        let (counter, _) = marshal::to_attribute(COUNTER, &Value::Number(counter + 0.0))?;
        let Some((credential_id, lookup)) = lookup(&credential_id) else {
            return Err(authenticator_not_found());
        };
        self.needs_index_keys(AUTHENTICATOR_NEEDS_ID)?;
        let changes: Vec<(String, Option<AttributeValue>)> =
            vec![(AUTHENTICATOR.attribute(COUNTER, &self.options), Some(counter))];
        let changes = &changes;
        let updated = self
            .locate(lookup, |user_id: String| async move {
                let Some(key) = keys::authenticator(&user_id, credential_id) else { return Ok(None) };
                let update = self.options.update(&key, changes.clone(), Condition::Exists);
                Ok(match self.client.update(update).await? {
                    Write::Done(item) => item,
                    Write::ConditionFailed(_) => None,
                })
            })
            .await?;
        updated.map(|item| AUTHENTICATOR.to_record(item, &self.options)).ok_or_else(authenticator_not_found)
    }
}

const AUTHENTICATOR_NEEDS_ID: &str = "a passkey leads to its user by the user's id";

fn lookup(credential_id: &Value) -> Option<(&str, Lookup)> {
    let credential_id = credential_id.as_str()?;
    Some((credential_id, Lookup { index_key: keys::authenticator_index(credential_id)?, claim: None }))
}

fn authenticator_not_found() -> Error {
    Error::new(
        Code::AuthenticatorNotFound,
        "there is no authenticator with this credential id",
        "Register the passkey first; nothing was written",
    )
}

//! Verification tokens: used once.

use super::Shared;
use super::argument::{pair, record, required, required_expiry, writable};
use super::item::VERIFICATION_TOKEN;
use super::keys::{self, Key};
use super::request::Condition;
use crate::client::{Item, Transaction};
use crate::error::Result;
use crate::value::{Record, Value};

impl Shared {
    pub(super) async fn create_verification_token(&self, verification_token: Value) -> Result<Record> {
        let verification_token = record(&VERIFICATION_TOKEN, verification_token)?;
        let identifier = required(&VERIFICATION_TOKEN, &verification_token, "identifier")?;
        let token = required(&VERIFICATION_TOKEN, &verification_token, "token")?;
        let key = keys::verification_token(identifier, token);
        let key = writable(&VERIFICATION_TOKEN, key, "identifier")?;
        required_expiry(&VERIFICATION_TOKEN, &verification_token)?;
        let item = VERIFICATION_TOKEN.to_item(&verification_token, &self.options, &key, None)?;
        self.client.put(self.options.put(item)).await?;
        Ok(VERIFICATION_TOKEN.as_stored(verification_token))
    }

    pub(super) async fn use_verification_token(&self, request: Value) -> Result<Option<Record>> {
        let Some((identifier, token)) = pair(&request, "identifier", "token") else { return Ok(None) };
        let Some(key) = keys::verification_token(&identifier, &token) else { return Ok(None) };
        Ok(self.take(&key).await?.map(|item| VERIFICATION_TOKEN.to_record(item, &self.options)))
    }

    /// Deletes an item and gives it to one caller only. A transaction of one action, for its `ClientRequestToken`: were
    /// the answer to a plain conditional delete lost, its repetition would find the item gone and report a failure.
    pub(super) async fn take(&self, key: &Key) -> Result<Option<Item>> {
        let Some(item) = self.read(key).await? else { return Ok(None) };
        let delete = self.options.transact_delete(key, Condition::Exists);
        Ok(match self.client.transact(vec![delete]).await? {
            Transaction::Done => Some(item),
            Transaction::ConditionFailed(_) => None,
        })
    }
}

//! Verification tokens: used once.

use super::Shared;
use super::argument::{identifier_and_token, record, required, required_expiry, writable};
use super::item::VERIFICATION_TOKEN;
use super::keys;
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
        let Some((identifier, token)) = identifier_and_token(&request) else { return Ok(None) };
        let Some(key) = keys::verification_token(&identifier, &token) else { return Ok(None) };
        Ok(self.take(&key).await?.map(|item| VERIFICATION_TOKEN.to_record(item, &self.options)))
    }
}

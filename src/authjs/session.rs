//! Sessions: found by their token, one round trip once this process has seen it.

use super::argument::{id_text, record, required, required_expiry, required_id, writable};
use super::item::{SESSION, USER};
use super::keys;
use super::known::Seen;
use super::locate::Lookup;
use super::request::Condition;
use super::{SessionAndUser, Shared};
use crate::client::Write;
use crate::error::{Error, Result};
use crate::value::{Record, Value};

impl Shared {
    pub(super) async fn create_session(&self, session: Value) -> Result<Record> {
        let session = record(&SESSION, session)?;
        self.needs_index_keys(SESSION_NEEDS_ID)?;
        let token = required(&SESSION, &session, "sessionToken")?;
        let user_id = required_id(&SESSION, &session, "userId")?;
        let user_id = user_id.as_ref();
        required_expiry(&SESSION, &session)?;
        let key = writable(&SESSION, keys::session(user_id, token), "sessionToken")?;
        writable(&SESSION, keys::user(user_id), "userId")?;
        let index_key = writable(&SESSION, keys::session_index(token), "sessionToken")?;
        let item = SESSION.to_item(&session, &self.options, &key, Some(&index_key))?;
        self.client.put(self.options.put(item)).await?;
        self.known.set(&index_key, Seen::Owner(user_id.to_owned()));
        Ok(SESSION.as_stored(session))
    }

    pub(super) async fn get_session_and_user(&self, session_token: Value) -> Result<Option<SessionAndUser>> {
        let Some((token, lookup)) = lookup(&session_token) else { return Ok(None) };
        self.needs_index_keys(SESSION_NEEDS_ID)?;
        let found = self
            .locate(lookup, |user_id: String| async move {
                let (Some(session), Some(user)) = (keys::session(&user_id, token), keys::user(&user_id))
                else {
                    return Ok(None);
                };
                let [session, user] = self.read_both([&session, &user]).await?;
                Ok(session.map(|session| (session, user)))
            })
            .await?;
        Ok(found.and_then(|(session, user)| {
            Some(SessionAndUser {
                session: SESSION.to_record(session, &self.options),
                user: USER.to_record(user?, &self.options),
            })
        }))
    }

    pub(super) async fn update_session(&self, session: Value) -> Result<Option<Record>> {
        let session = record(&SESSION, session)?;
        self.needs_index_keys(SESSION_NEEDS_ID)?;
        let token = required(&SESSION, &session, "sessionToken")?;
        let changes = SESSION.to_changes(&session, &self.options)?;
        let moved_to = session.get("userId").filter(|user_id| !matches!(user_id, Value::Undefined));
        let Some(lookup) = lookup_of(token) else { return Ok(None) };
        let changes = &changes;
        self.locate(lookup, |user_id: String| async move {
            if moved_to.is_some_and(|other| id_text(other).as_deref() != Some(&user_id)) {
                return Err(Error::invalid_value(
                    "session.userId",
                    "is not the user whose session it is",
                    "Leave `userId` out, or delete the session and create one for the other user",
                ));
            }
            let Some(key) = keys::session(&user_id, token) else { return Ok(None) };
            let update = self.options.update(&key, changes.clone(), Condition::Exists);
            Ok(match self.client.update(update).await? {
                Write::Done(item) => item.map(|item| SESSION.to_record(item, &self.options)),
                Write::ConditionFailed(_) => None,
            })
        })
        .await
    }

    pub(super) async fn delete_session(&self, session_token: Value) -> Result<Option<Record>> {
        let Some((token, lookup)) = lookup(&session_token) else { return Ok(None) };
        self.needs_index_keys(SESSION_NEEDS_ID)?;
        let deleted = self.take_located(lookup, |user_id| keys::session(user_id, token)).await?;
        Ok(deleted.map(|item| SESSION.to_record(item, &self.options)))
    }

    pub(super) async fn list_sessions(&self, user_id: Value) -> Result<Vec<Record>> {
        self.list_of_user(&SESSION, keys::SESSIONS, user_id).await
    }
}

const SESSION_NEEDS_ID: &str = "a session leads to its user by the user's id";

fn lookup(session_token: &Value) -> Option<(&str, Lookup)> {
    let token = session_token.as_str()?;
    Some((token, lookup_of(token)?))
}

fn lookup_of(token: &str) -> Option<Lookup> {
    Some(Lookup { index_key: keys::session_index(token)?, claim: None })
}

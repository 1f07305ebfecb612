//! Credentials from an async function of the user's. The AWS SDK's identity cache asks for them when there are none or
//! when they are about to expire; the function runs on JavaScript's thread, in the async context of the call that
//! needed it.

use std::fmt;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};

use super::environment::CALL;
use super::js::{Env, Failure, Js, Kind, Result};
use super::queue::{Event, Queue};
use super::realm::Realm;
use crate::date;

/// What a credentials function gave.
pub(super) type CredentialsAnswer = std::result::Result<Credentials, FunctionFailure>;

/// Why a credentials function gave nothing usable.
#[derive(Debug)]
pub(super) struct FunctionFailure(String);

impl fmt::Display for FunctionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FunctionFailure {}

/// A function of the user's, by its number in its environment.
pub(super) struct CredentialsFunction {
    queue: Arc<Queue>,
    function: u64,
    region: Arc<OnceLock<String>>,
}

impl CredentialsFunction {
    pub(super) fn new(realm: &Rc<Realm>, function: Js, region: Arc<OnceLock<String>>) -> Result<Self> {
        Ok(CredentialsFunction {
            queue: Arc::clone(&realm.environment.queue),
            function: realm.environment.know_function(realm, function)?,
            region,
        })
    }

    async fn ask(&self) -> std::result::Result<Credentials, CredentialsError> {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let call = CALL.try_with(|call| *call).ok();
        let (function, region) = (self.function, self.region.get().cloned());
        self.queue.push_now(Event::Credentials { function, region, call, answer });
        match answered.await {
            Ok(answer) => answer.map_err(CredentialsError::provider_error),
            Err(_) => Err(CredentialsError::provider_error(FunctionFailure(
                "the credentials function is gone, with its adapter or its worker".into(),
            ))),
        }
    }
}

impl Drop for CredentialsFunction {
    fn drop(&mut self) {
        self.queue.push_now(Event::Release { function: self.function });
    }
}

impl fmt::Debug for CredentialsFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CredentialsFunction")
    }
}

impl ProvideCredentials for CredentialsFunction {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.ask())
    }
}

/// Reads what the function gave. Messages name fields and error classes only.
pub(super) fn read_answer(env: Env, error: Js, value: Js) -> Result<CredentialsAnswer> {
    if env.kind(error)? != Kind::Undefined {
        return Ok(Err(FunctionFailure(thrown(env, error))));
    }
    match read(env, value) {
        Ok(answer) => Ok(answer),
        // A getter of the user's object threw.
        Err(Failure::Thrown) => {
            let error = env.take_exception()?;
            Ok(Err(FunctionFailure(thrown(env, error))))
        }
        Err(failure) => Err(failure),
    }
}

fn read(env: Env, value: Js) -> Result<CredentialsAnswer> {
    if env.kind(value)? != Kind::Object {
        return Ok(Err(FunctionFailure("the credentials function returned no object".into())));
    }
    let text = |name: &str| -> Result<Option<String>> {
        let field = env.named(value, name)?;
        match env.kind(field)? {
            Kind::String => env.as_string(field),
            _ => Ok(None),
        }
    };
    // What is missing is said where credentials of all sources are checked.
    let id = text("accessKeyId")?.unwrap_or_default();
    let secret = text("secretAccessKey")?.unwrap_or_default();
    let expiry = expiry(env, env.named(value, "expiration")?)?;
    Ok(Ok(Credentials::new(id, secret, text("sessionToken")?, expiry, "credentials function")))
}

/// Below this, a number is taken for seconds: in milliseconds, it would be a time before March 1973.
const FIRST_MILLISECONDS: f64 = 1e11;

/// When credentials expire: a `Date`, a text of ISO 8601, or a number of milliseconds or seconds since the epoch.
/// Anything else counts as none, and the function is called again after a while.
fn expiry(env: Env, expiration: Js) -> Result<Option<SystemTime>> {
    let milliseconds = match env.kind(expiration)? {
        Kind::Object if env.is_date(expiration)? => env.date_value(expiration)?,
        Kind::Number => match env.as_number(expiration)? {
            seconds if seconds < FIRST_MILLISECONDS => seconds * 1000.0,
            milliseconds => milliseconds,
        },
        Kind::String => {
            let text = env.as_string(expiration)?.unwrap_or_default();
            date::parse_any(text.trim()).map_or(f64::NAN, |milliseconds| milliseconds as f64)
        }
        _ => f64::NAN,
    };
    let is_time = milliseconds > 0.0 && milliseconds <= date::MAX_MILLISECONDS as f64;
    Ok(is_time.then(|| SystemTime::UNIX_EPOCH + Duration::from_millis(milliseconds as u64)))
}

/// An error of the user's function, in words: its name and its message, which are theirs to keep free of secrets.
fn thrown(env: Env, error: Js) -> String {
    let text = |name: &str| -> Result<String> {
        let field = env.named(error, name)?;
        match env.kind(field)? {
            Kind::String => Ok(env.as_string(field)?.unwrap_or_default()),
            _ => Ok(String::new()),
        }
    };
    let words = match env.kind(error) {
        Ok(Kind::Object) => text("name").and_then(|name| Ok((name, text("message")?))),
        _ => Ok((String::new(), String::new())),
    };
    match words {
        Ok((name, message)) if !message.is_empty() => {
            format!("the credentials function failed: {name}: {message}")
        }
        Ok((name, _)) if !name.is_empty() => format!("the credentials function failed: {name}"),
        other => {
            if other.is_err() {
                let _ = env.take_exception();
            }
            "the credentials function failed".into()
        }
    }
}

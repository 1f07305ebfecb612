//! What the benchmark reaches into: parts that are nobody's interface, each as one function to call again and again.

mod answers;
mod calls;

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::authjs::{Adapter, Options, keys};
use crate::better_auth;
use crate::client::canned;
use crate::error::Result;
use crate::expression::Placeholders;
use crate::secondary_storage::{self, SecondaryStorage};
use crate::value::{Record, Value};
pub use calls::{CALLS, Call, Scene};

/// A user's attributes as an update says them.
pub fn update_expression() -> String {
    let mut placeholders = Placeholders::default();
    let text = |value: &str| Some(AttributeValue::S(value.to_owned()));
    let expression = placeholders.update(vec![
        ("name".to_owned(), text("Ada Lovelace")),
        ("_as:name".to_owned(), None),
        ("image".to_owned(), text("https://avatars.example.com/u/1815")),
        ("_as:image".to_owned(), None),
    ]);
    std::hint::black_box((placeholders.take_names(), placeholders.take_values()));
    expression
}

/// The keys that a session's item has in the table and in its index.
pub fn session_keys(user_id: &str, token: &str) {
    std::hint::black_box((keys::session(user_id, token), keys::session_index(token)));
}

/// An Auth.js adapter whose table has the user `user-1` with the session `session-1`, and answers at once.
pub async fn authjs() -> Result<Adapter> {
    Adapter::new(canned::client(answers::authjs).await?, Options::default())
}

/// A secondary storage that answers at once.
async fn secondary_storage() -> Result<SecondaryStorage> {
    let client = canned::client(answers::secondary_storage).await?;
    SecondaryStorage::new(client, secondary_storage::Options::default())
}

/// A Better Auth adapter whose tables have the user `user-1` with the session `session-1`, and answer at once: the part of
/// Better Auth's schema that sign-in, a list of sessions and a limit of requests need.
pub async fn better_auth() -> Result<better_auth::Adapter> {
    let field = |name: &str, kind: &str, more: &[&str]| {
        let is = |word: &str| Value::Bool(more.contains(&word));
        object([
            ("name", name.into()),
            ("logical", name.into()),
            ("type", kind.into()),
            ("required", Value::Bool(true)),
            ("unique", is("unique")),
            ("index", is("index")),
        ])
    };
    let model = |name: &str, fields: Vec<Value>| {
        object([
            ("key", name.into()),
            ("name", name.into()),
            ("fields", Value::List(fields)),
            ("indexes", Value::List(Vec::new())),
        ])
    };
    let user = vec![field("name", "string", &[]), field("email", "string", &["unique"])];
    let session = vec![
        field("expiresAt", "date", &[]),
        field("token", "string", &["unique"]),
        field("userId", "string", &["index"]),
        field("ipAddress", "string", &[]),
    ];
    let rate_limit = vec![field("key", "string", &["unique"]), field("count", "number", &[])];
    let models = vec![model("user", user), model("session", session), model("rateLimit", rate_limit)];
    let schema = object([("idType", "string".into()), ("models", Value::List(models))]);
    let layout = better_auth::Layout::new(&Record::new(), &schema)?;
    Ok(better_auth::Adapter::new(canned::client(answers::better_auth).await?, Arc::new(layout)))
}

fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(record(properties))
}

fn record<const N: usize>(properties: [(&str, Value); N]) -> Record {
    properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

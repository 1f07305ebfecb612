//! What the benchmark reaches into: parts that are nobody's interface, each as one function to call again and again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::authjs::{Adapter, Options, keys};
use crate::better_auth;
use crate::client::canned;
pub use crate::client::canned::client;
use crate::error::Result;
use crate::expression::Placeholders;
use crate::value::{Record, Value};

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

macro_rules! user {
    () => {
        concat!(
            r#"{"pk":{"S":"USER#user-1"},"sk":{"S":"USER#user-1"},"GSI1PK":{"S":"USER#ada@example.com"},"#,
            r#""GSI1SK":{"S":"USER#ada@example.com"},"type":{"S":"USER"},"id":{"S":"user-1"},"#,
            r#""name":{"S":"Ada Lovelace"},"email":{"S":"ada@example.com"},"#,
            r#""emailVerified":{"S":"2026-01-01T00:00:00.000Z"},"#,
            r#""image":{"S":"https://avatars.example.com/u/1815"}}"#
        )
    };
}

macro_rules! session {
    () => {
        concat!(
            r#"{"pk":{"S":"USER#user-1"},"sk":{"S":"SESSION#session-1"},"GSI1PK":{"S":"SESSION#session-1"},"#,
            r#""GSI1SK":{"S":"SESSION#session-1"},"type":{"S":"SESSION"},"sessionToken":{"S":"session-1"},"#,
            r#""userId":{"S":"user-1"},"expires":{"N":"1999999999"}}"#
        )
    };
}

/// An Auth.js adapter whose table has the user `user-1` with the session `session-1`, and answers at once.
pub async fn authjs() -> Result<Arc<Adapter>> {
    let client = canned::client(|operation| match operation {
        "GetItem" => concat!(r#"{"Item":"#, user!(), "}"),
        "BatchGetItem" => {
            concat!(r#"{"Responses":{"next-auth":["#, user!(), ",", session!(), r#"]},"UnprocessedKeys":{}}"#)
        }
        "UpdateItem" => concat!(r#"{"Attributes":"#, user!(), "}"),
        "Query" => r#"{"Count":0,"ScannedCount":0,"Items":[]}"#,
        _ => "{}",
    });
    Ok(Arc::new(Adapter::new(client.await?, Options::default())?))
}

/// A Better Auth adapter without tables, for what can be asked of it without a request: the part of Better Auth's schema
/// that sign-in and a list of sessions need.
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
    ];
    let models = vec![model("user", user), model("session", session)];
    let schema = object([("idType", "string".into()), ("models", Value::List(models))]);
    let layout = better_auth::Layout::new(&Record::new(), &schema)?;
    Ok(better_auth::Adapter::new(canned::client(|_| "{}").await?, Arc::new(layout)))
}

fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

//! What the benchmark reaches into: parts that are nobody's interface, each as one function to call again and again.

use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::authjs::{Adapter, Options};
use crate::client::canned;
pub use crate::client::canned::client;
use crate::error::Result;
use crate::expression::Placeholders;

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

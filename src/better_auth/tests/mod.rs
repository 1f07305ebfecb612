//! Stories of the Better Auth adapter, on the embedded engine and, where `DYNAMODB_ENDPOINT` names one, on a server.

mod planner;
mod questions;
mod rows;
mod together;

use std::sync::Arc;

use super::{Adapter, Layout, Operation};
use crate::client::Client;
use crate::config::{ConnectionConfig, GivenCredentials};
use crate::error::Result;
use crate::tables::create_tables;
use crate::value::{Record, Value};

/// An object.
pub(super) fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    Value::Object(record(properties))
}

pub(super) fn record<const N: usize>(properties: [(&str, Value); N]) -> Record {
    properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn list<const N: usize>(values: [Value; N]) -> Value {
    Value::List(values.into())
}

pub(super) fn number(number: i32) -> Value {
    Value::Number(f64::from(number))
}

/// A field of a schema: what is said after the type is true of it (`unique`, `index`, `optional`).
fn field(name: &str, kind: &str, more: &[&str]) -> Value {
    let is = |word: &str| Value::Bool(more.contains(&word));
    object([
        ("name", name.into()),
        ("logical", name.into()),
        ("type", kind.into()),
        ("required", Value::Bool(!more.contains(&"optional"))),
        ("unique", is("unique")),
        ("index", is("index")),
    ])
}

fn model(name: &str, fields: Vec<Value>, indexes: Vec<Value>) -> Value {
    object([
        ("key", name.into()),
        ("name", name.into()),
        ("fields", Value::List(fields)),
        ("indexes", Value::List(indexes)),
    ])
}

/// A part of Better Auth's own schema, and a model with one field of each kind.
pub(super) fn schema() -> Value {
    let team = object([("fields", list(["team".into(), "name".into()])), ("unique", Value::Bool(true))]);
    object([
        ("idType", "string".into()),
        (
            "models",
            list([
                model(
                    "user",
                    vec![
                        field("name", "string", &[]),
                        field("email", "string", &["unique"]),
                        field("username", "string", &["unique", "optional"]),
                        field("emailVerified", "boolean", &[]),
                        field("logins", "number", &["optional"]),
                    ],
                    vec![],
                ),
                model(
                    "session",
                    vec![
                        field("expiresAt", "date", &[]),
                        field("token", "string", &["unique"]),
                        field("userId", "string", &["index"]),
                    ],
                    vec![],
                ),
                model(
                    "account",
                    vec![
                        field("accountId", "string", &[]),
                        field("providerId", "string", &[]),
                        field("userId", "string", &["index"]),
                        field("password", "string", &["optional"]),
                    ],
                    vec![],
                ),
                model(
                    "verification",
                    vec![
                        field("identifier", "string", &["index"]),
                        field("value", "string", &[]),
                        field("expiresAt", "date", &[]),
                        field("createdAt", "date", &[]),
                    ],
                    vec![],
                ),
                model(
                    "thing",
                    vec![
                        field("name", "string", &["index", "optional"]),
                        field("team", "string", &["index", "optional"]),
                        field("age", "number", &["index", "optional"]),
                        field("active", "boolean", &["optional"]),
                        field("at", "date", &["optional"]),
                        field("tags", "string[]", &["optional"]),
                        field("extra", "json", &["optional"]),
                    ],
                    vec![team],
                ),
            ]),
        ),
    ])
}

/// A configuration with these tables: ebratz's, if any are named.
pub(super) fn declared(prefix: &str) -> Record {
    let named = |name: &str| (name.to_owned(), Value::String(format!("{prefix}{name}")));
    let tables = ["user", "session", "account", "verification", "thing", "emailLookups"].map(named);
    record([
        ("tables", Value::Object(tables.into_iter().collect())),
        ("enableEmailUniqueness", Value::Bool(true)),
    ])
}

pub(super) fn zero(prefix: &str) -> Record {
    record([("tablePrefix", prefix.into())])
}

/// An adapter with empty tables of its own.
pub(super) struct Stage {
    pub(super) name: &'static str,
    pub(super) adapter: Adapter,
    pub(super) layout: Arc<Layout>,
}

impl Stage {
    pub(super) async fn run(&self, operation: Operation, arguments: Record) -> Result<Value> {
        self.adapter.run(operation, arguments).await
    }

    pub(super) async fn create(&self, model: &str, data: Value) -> Result<Record> {
        let row = self.run(Operation::Create, record([("model", model.into()), ("data", data)])).await?;
        Ok(row_of(row))
    }

    pub(super) async fn find(&self, model: &str, clauses: Vec<Value>) -> Vec<Record> {
        let rows = self.run(Operation::FindMany, asking(model, clauses)).await.unwrap();
        rows_of(rows)
    }
}

pub(super) fn row_of(value: Value) -> Record {
    match value {
        Value::Object(row) => row,
        other => panic!("{other:?} is no row"),
    }
}

pub(super) fn rows_of(value: Value) -> Vec<Record> {
    match value {
        Value::List(rows) => rows.into_iter().map(row_of).collect(),
        other => panic!("{other:?} is no list of rows"),
    }
}

pub(super) fn asking(model: &str, clauses: Vec<Value>) -> Record {
    record([("model", model.into()), ("where", Value::List(clauses))])
}

pub(super) fn clause(field: &str, operator: &str, value: Value) -> Value {
    object([("field", field.into()), ("operator", operator.into()), ("value", value)])
}

pub(super) fn or(field: &str, operator: &str, value: Value) -> Value {
    object([
        ("field", field.into()),
        ("operator", operator.into()),
        ("value", value),
        ("connector", "OR".into()),
    ])
}

/// A stage on each engine, in each configuration.
pub(super) async fn stages() -> Vec<Stage> {
    let mut stages = Vec::new();
    let server = std::env::var("DYNAMODB_ENDPOINT").ok();
    for endpoint in std::iter::once(None).chain(server.map(Some)) {
        for (name, config) in [("declared", declared as fn(&str) -> Record), ("zero", zero)] {
            let id = uuid::Uuid::new_v4();
            let prefix = format!("t{}-", id.simple());
            let client = Client::new(ConnectionConfig {
                endpoint: Some(endpoint.clone().unwrap_or_else(|| format!("memory:{id}"))),
                region: Some("eu-central-1".to_owned()),
                credentials: Some(GivenCredentials::Static {
                    access_key_id: "test".to_owned(),
                    secret_access_key: "test".to_owned(),
                    session_token: None,
                }),
                ..ConnectionConfig::default()
            });
            let layout = Arc::new(Layout::new(&config(&prefix), &schema()).unwrap());
            create_tables(&client, &layout.tables()).await.unwrap();
            let adapter = Adapter::new(client, Arc::clone(&layout));
            stages.push(Stage { name, adapter, layout });
        }
    }
    stages
}

//! What the client promises, on the embedded engine and on scripted answers.

mod behavior;
mod direct;
mod embedded;
mod failures;
mod files;
mod network;
mod retries;
mod scripted;
mod server;
mod set_up;
mod tables;

use super::*;
use crate::tables::{IndexDefinition, IndexProjection, KeySchema, TableDefinition};

/// A table as the Auth.js adapter has it.
fn table(name: &str) -> TableDefinition {
    let key = |partition_key: &str, sort_key: &str| KeySchema {
        partition_key: partition_key.to_owned(),
        sort_key: Some(sort_key.to_owned()),
    };
    TableDefinition {
        name: name.to_owned(),
        key: key("pk", "sk"),
        indexes: vec![IndexDefinition {
            name: "GSI1".to_owned(),
            key: key("GSI1PK", "GSI1SK"),
            projection: IndexProjection::All,
        }],
        number_attributes: Vec::new(),
        ttl_attribute: Some("expires".to_owned()),
    }
}

fn at(endpoint: String) -> Client {
    Client::new(ConnectionConfig { endpoint: Some(endpoint), ..Default::default() })
}

fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// An item of strings.
fn item(attributes: &[(&str, &str)]) -> Item {
    attributes.iter().map(|(name, value)| ((*name).to_owned(), s(*value))).collect()
}

fn key(pk: &str, sk: &str) -> Item {
    item(&[("pk", pk), ("sk", sk)])
}

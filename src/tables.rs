//! What a table is made of, and making those that are missing.

use crate::client::Client;
use crate::error::Result;

/// A table: its keys, indexes and the attribute that TTL looks at. All key attributes are strings; on-demand capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: String,
    /// Its partition key, and its sort key if it has one.
    pub key: KeySchema,
    /// Its global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
    /// The Number attribute with the epoch second after which DynamoDB may delete an item.
    pub ttl_attribute: Option<String>,
}

/// The names of a partition key and of a sort key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySchema {
    /// The partition key's attribute.
    pub partition_key: String,
    /// The sort key's attribute.
    pub sort_key: Option<String>,
}

/// A global secondary index, which projects all attributes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: String,
    /// Its keys.
    pub key: KeySchema,
}

/// Makes the tables that are missing, waits until all are active, and turns TTL on where it is off. Tables that are
/// there are not changed otherwise; one whose keys or indexes differ from its definition is an `INVALID_CONFIG` error
/// that says how. Returns the names of those that were made.
pub async fn create_tables(client: &Client, tables: &[TableDefinition]) -> Result<Vec<String>> {
    let _ = (client, tables);
    todo!()
}

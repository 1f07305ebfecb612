//! Sending: the only caller of the AWS SDK. Follows pages, sends unprocessed items again, backs off from conflicts, and
//! turns every failure into an [`Error`](crate::Error).
//!
//! A condition that was not met is an answer here, not an error: what it means only the adapter knows.

mod aws;
mod embedded;
mod failure;

use std::collections::HashMap;
use std::sync::Arc;

use aws_sdk_dynamodb::operation::delete_item::builders::DeleteItemInputBuilder;
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::builders::PutItemInputBuilder;
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemInputBuilder;
pub use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use crate::config::ConnectionConfig;
use crate::error::Result;
use crate::tables::TableDefinition;

/// An item, or the key of one: attribute names and their values.
pub type Item = HashMap<String, AttributeValue>;

/// A connection to DynamoDB or to the embedded engine. The SDK's client below it is made on first use, off the
/// caller's thread, and shared by all connections with equal settings in this process.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: ConnectionConfig,
}

/// How a conditional write ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// It was done; with the item's attributes, where the request asked for them by `ReturnValues`.
    Done(Option<Item>),
    /// Its condition was not met, and nothing was written.
    ConditionFailed,
}

/// How a transaction ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Transaction {
    /// All of it was done.
    Done,
    /// Nothing of it was done, for at least one action's condition was not met. One entry an action, in their order.
    ConditionFailed(Vec<Check>),
}

/// What became of one action of a cancelled transaction.
#[derive(Debug, Clone, PartialEq)]
pub enum Check {
    /// It was not the reason.
    Passed,
    /// Its condition was not met; with the item that was there instead, where the action asked for it by
    /// `ReturnValuesOnConditionCheckFailure`.
    Failed(Option<Item>),
}

impl Client {
    /// A connection with these settings. Cheap: nothing is made or read before the first call.
    pub fn new(config: ConnectionConfig) -> Self {
        Client { inner: Arc::new(Inner { config }) }
    }

    /// Declares the table that the calls to come use, so that the embedded engine makes it, with its final schema, on
    /// first use. Does nothing on AWS: tables there are only made by [`crate::tables::create_tables`].
    pub fn declare_table(&self, table: TableDefinition) {
        let _ = (&self.inner.config, table);
        todo!()
    }

    /// The item of a key.
    pub async fn get(&self, request: GetItemInputBuilder) -> Result<Option<Item>> {
        let _ = request;
        todo!()
    }

    /// The items of up to 100 keys of one table, in no order, without those that are not there. Keys that DynamoDB
    /// leaves unprocessed are asked again with backoff; if some remain, `THROTTLED`.
    pub async fn batch_get(&self, table: &str, keys: Vec<Item>, consistent: bool) -> Result<Vec<Item>> {
        let _ = (table, keys, consistent);
        todo!()
    }

    /// All items of a query, page after page.
    pub async fn query(&self, request: QueryInputBuilder) -> Result<Vec<Item>> {
        let _ = request;
        todo!()
    }

    /// Puts an item, on its condition if it has one.
    pub async fn put(&self, request: PutItemInputBuilder) -> Result<Write> {
        let _ = request;
        todo!()
    }

    /// Updates an item, on its condition if it has one.
    pub async fn update(&self, request: UpdateItemInputBuilder) -> Result<Write> {
        let _ = request;
        todo!()
    }

    /// Deletes an item, on its condition if it has one.
    pub async fn delete(&self, request: DeleteItemInputBuilder) -> Result<Write> {
        let _ = request;
        todo!()
    }

    /// Deletes the items of any number of keys, 25 a request; what DynamoDB leaves unprocessed is sent again with
    /// backoff. If some remain, `PARTIAL_FAILURE`, saying how many.
    pub async fn batch_delete(&self, table: &str, keys: Vec<Item>) -> Result<()> {
        let _ = (table, keys);
        todo!()
    }

    /// All of up to 100 writes or none. Carries a `ClientRequestToken`, so that a repetition after a lost answer comes
    /// out as the first did. Conflicts with concurrent transactions are tried again with jittered backoff, with the
    /// same token; after the last try, `TRANSACTION_FAILED`.
    pub async fn transact(&self, actions: Vec<TransactWriteItem>) -> Result<Transaction> {
        let _ = actions;
        todo!()
    }
}

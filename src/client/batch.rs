//! Batches: cut to DynamoDB's sizes, and what it leaves unprocessed sent again.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::operation::batch_get_item::builders::BatchGetItemInputBuilder;
use aws_sdk_dynamodb::operation::batch_write_item::builders::BatchWriteItemInputBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, DeleteRequest, KeysAndAttributes, PutRequest, WriteRequest};
use aws_smithy_types::error::operation::BuildError;

use super::backoff::Backoff;
use super::connection::Connection;
use super::failure::Failure;
use super::{Client, Item, Refusal, refused};
use crate::error::{Code, Error, Result};

/// Keys of one BatchGetItem: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>.
const KEYS_OF_A_GET: usize = 100;
/// Actions of one BatchWriteItem: <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>.
const ACTIONS_OF_A_WRITE: usize = 25;

impl Client {
    /// The items of any number of keys of one table, 100 a request, in no order, without those that are not there. A
    /// key that is given twice is asked for once. Keys that DynamoDB leaves unprocessed are asked again with backoff;
    /// if some remain, `THROTTLED`.
    pub async fn batch_get(&self, table: &str, keys: Vec<Item>, consistent: bool) -> Result<Vec<Item>> {
        let keys = distinct(keys);
        let mut items = Vec::with_capacity(keys.len());
        if keys.is_empty() {
            return Ok(items);
        }
        let connection =
            self.shared.ready(self.declared.as_deref()).await.map_err(|error| error.on_table(table))?;
        for chunk in keys.chunks(KEYS_OF_A_GET) {
            let mut left = chunk.to_vec();
            let mut backoff = Backoff::for_unprocessed(self.random);
            while !left.is_empty() {
                let asked = left.len();
                left = self.get_once(connection, table, left, consistent, &mut items).await?;
                if left.len() < asked {
                    // Progress: an answer holds 16 MB at most, and the next one begins where it ended.
                    backoff = Backoff::for_unprocessed(self.random);
                }
                if !left.is_empty() && !backoff.wait().await {
                    let problem = format!("DynamoDB left {} of {} keys unread", left.len(), chunk.len());
                    let remedy = "Give the table on-demand capacity or more of it, or try again later";
                    return Err(Error::new(Code::Throttled, problem, remedy).on_table(table));
                }
            }
        }
        Ok(items)
    }

    /// Deletes the items of any number of keys, 25 a request; what DynamoDB leaves unprocessed is sent again with
    /// backoff. If some remain after others were deleted, `PARTIAL_FAILURE`, saying how many.
    pub async fn batch_delete(&self, table: &str, keys: Vec<Item>) -> Result<()> {
        let delete = |key| DeleteRequest::builder().set_key(Some(key)).build();
        let writes = distinct(keys).into_iter().map(delete);
        let writes = writes.map(|delete| Ok(WriteRequest::builder().delete_request(delete?).build()));
        self.batch_write(table, writes.collect::<Result<_, BuildError>>(), "deleted").await
    }

    /// Puts any number of items with different keys, 25 a request, whatever is there; otherwise like
    /// [`Client::batch_delete`].
    pub async fn batch_put(&self, table: &str, items: Vec<Item>) -> Result<()> {
        let put = |item| PutRequest::builder().set_item(Some(item)).build();
        let writes = items.into_iter().map(put);
        let writes = writes.map(|put| Ok(WriteRequest::builder().put_request(put?).build()));
        self.batch_write(table, writes.collect::<Result<_, BuildError>>(), "written").await
    }

    async fn batch_write(
        &self,
        table: &str,
        writes: Result<Vec<WriteRequest>, BuildError>,
        done: &str,
    ) -> Result<()> {
        let writes = writes.map_err(|_| Error::new(Code::Internal, "An incomplete write", ""))?;
        let all = writes.len();
        if all == 0 {
            return Ok(());
        }
        let connection =
            self.shared.ready(self.declared.as_deref()).await.map_err(|error| error.on_table(table))?;
        let mut written = 0;
        for chunk in writes.chunks(ACTIONS_OF_A_WRITE) {
            let mut left = chunk.to_vec();
            let mut backoff = Backoff::for_unprocessed(self.random);
            while !left.is_empty() {
                let sent = left.len();
                left = match self.write_once(connection, table, left).await {
                    Ok(left) => left,
                    Err(error) if written == 0 => return Err(error),
                    Err(error) => return Err(partial(table, done, all - written, all, Some(error))),
                };
                written += sent - left.len();
                if left.len() < sent {
                    backoff = Backoff::for_unprocessed(self.random);
                }
                if !left.is_empty() && !backoff.wait().await {
                    return Err(partial(table, done, all - written, all, None));
                }
            }
        }
        Ok(())
    }
}

impl Client {
    /// One BatchGetItem: adds the items, gives the keys left.
    async fn get_once(
        &self,
        connection: &Connection,
        table: &str,
        keys: Vec<Item>,
        consistent: bool,
        items: &mut Vec<Item>,
    ) -> Result<Vec<Item>> {
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(consistent).build();
        let wanted = wanted.map_err(|_| Error::new(Code::Internal, "A batch without keys", ""))?;
        let request = BatchGetItemInputBuilder::default().request_items(table, wanted);
        let answer = match connection.send(request).await {
            Ok(answer) => answer,
            Err(error) => {
                let failure = Failure::of(&error);
                drop(error);
                let tables = vec![table.to_owned()];
                return Err(self.failed(connection, failure, "dynamodb:BatchGetItem", tables).await);
            }
        };
        items.extend(answer.responses.unwrap_or_default().into_values().flatten());
        let left = answer.unprocessed_keys.unwrap_or_default();
        Ok(left.into_values().flat_map(|left| left.keys).collect())
    }

    /// One BatchWriteItem: gives the writes left.
    async fn write_once(
        &self,
        connection: &Connection,
        table: &str,
        writes: Vec<WriteRequest>,
    ) -> Result<Vec<WriteRequest>> {
        let all = writes.clone();
        let request = BatchWriteItemInputBuilder::default().request_items(table, writes);
        let answer = match connection.send(request).await {
            Ok(answer) => answer,
            // A transaction is at work on one of the items; writing the others a second time does no harm.
            Err(error) if matches!(refused(&error), Refusal::Conflict) => return Ok(all),
            Err(error) => {
                let failure = Failure::of(&error);
                drop(error);
                let tables = vec![table.to_owned()];
                return Err(self.failed(connection, failure, "dynamodb:BatchWriteItem", tables).await);
            }
        };
        let left: HashMap<String, Vec<WriteRequest>> = answer.unprocessed_items.unwrap_or_default();
        Ok(left.into_values().flatten().collect())
    }
}

fn partial(table: &str, done: &str, left: usize, all: usize, cause: Option<Error>) -> Error {
    let why = match &cause {
        Some(error) => format!(": {}", error.code().as_str()),
        None => ", for the table's rate or a transaction on them".to_owned(),
    };
    let problem = format!("{left} of {all} items were not {done}{why}");
    let error = Error::new(Code::PartialFailure, problem, "Run it again: that completes it").on_table(table);
    match cause.and_then(|error| error.cause().cloned()) {
        Some(cause) => error.caused_by(cause),
        None => error,
    }
}

/// The keys without repetitions, which DynamoDB refuses, in their order.
fn distinct(keys: Vec<Item>) -> Vec<Item> {
    let mut seen = BTreeSet::new();
    keys.into_iter().filter(|key| seen.insert(identity(key))).collect()
}

/// What makes a key equal to another: its attributes by name, with their type and value.
fn identity(key: &Item) -> Vec<(String, char, Vec<u8>)> {
    let mut parts: Vec<_> = key
        .iter()
        .map(|(name, value)| match value {
            AttributeValue::S(text) => (name.clone(), 'S', text.clone().into_bytes()),
            AttributeValue::N(number) => (name.clone(), 'N', number.clone().into_bytes()),
            AttributeValue::B(bytes) => (name.clone(), 'B', bytes.as_ref().to_vec()),
            // Not a key's type: DynamoDB says so.
            _ => (name.clone(), '?', Vec::new()),
        })
        .collect();
    parts.sort();
    parts
}

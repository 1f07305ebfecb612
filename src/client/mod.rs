//! Sending: the only caller of the AWS SDK. Follows pages, sends unprocessed items again, backs off from conflicts, and
//! turns every failure into an [`Error`].
//!
//! A condition that was not met is an answer here, not an error: what it means only the adapter knows.

mod aws;
mod backoff;
mod batch;
#[cfg(any(test, feature = "bench"))]
pub mod canned;
mod connection;
mod credentials;
mod direct;
mod embedded;
mod failure;
mod http;
mod set_up;
mod signing;
#[cfg(test)]
mod tests;
mod transaction;
mod url;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::{DeleteItemError, builders::DeleteItemInputBuilder};
use aws_sdk_dynamodb::operation::get_item::builders::GetItemInputBuilder;
use aws_sdk_dynamodb::operation::put_item::{PutItemError, builders::PutItemInputBuilder};
use aws_sdk_dynamodb::operation::query::builders::QueryInputBuilder;
use aws_sdk_dynamodb::operation::scan::builders::ScanInputBuilder;
use aws_sdk_dynamodb::operation::update_item::{UpdateItemError, builders::UpdateItemInputBuilder};
pub use aws_sdk_dynamodb::types::{AttributeValue, TransactWriteItem};

use self::backoff::Backoff;
use self::connection::{Connection, Shared};
pub use self::embedded::embedded_request;
use self::failure::Failure;
pub(crate) use self::failure::Place;
use self::set_up::Declared;
use crate::config::ConnectionConfig;
use crate::error::{Code, Error, Result};
use crate::tables::TableOwner;

/// An item, or the key of one: attribute names and their values.
pub type Item = HashMap<String, AttributeValue>;

/// A connection to DynamoDB or to the embedded engine. The SDK's client below it is made on first use, off the
/// caller's thread, and shared by all connections with equal settings in this process.
///
/// Its calls are to be awaited on [`crate::runtime::runtime`], which the kept-alive HTTP connections live on.
#[derive(Clone)]
pub struct Client {
    shared: Arc<Shared>,
    /// The tables of the adapter that uses it.
    declared: Option<Arc<Declared>>,
    /// Numbers from 0 to 1, for the jitter of backoff.
    random: fn() -> f64,
}

/// A page of a query or a scan.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Its items; none where the request only counts.
    pub items: Vec<Item>,
    /// How many items met the conditions.
    pub count: usize,
    /// How many items were read for that.
    pub scanned: usize,
    /// Where the next page begins, if there is one.
    pub next: Option<Item>,
}

/// How a conditional write ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// It was done; with the item's attributes, where the request asked for them by `ReturnValues`.
    Done(Option<Item>),
    /// Its condition was not met, and nothing was written; with the item that was there instead, where the request asked
    /// for it by `ReturnValuesOnConditionCheckFailure`.
    ConditionFailed(Option<Item>),
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
        Client { shared: Shared::of(config), declared: None, random: fastrand::f64 }
    }

    /// Tells connections apart: the same number for all with equal settings in this process, as long as one of them
    /// lives.
    pub fn id(&self) -> usize {
        Arc::as_ptr(&self.shared).addr()
    }

    /// Whether it leads to the embedded engine, which is for development, tests and demos.
    pub fn is_embedded(&self) -> bool {
        self.shared.is_embedded()
    }

    /// The client of an adapter, whose tables its calls use: the embedded engine makes them, with their final schema, on
    /// first use, and errors say how a table differs. Tables on AWS are only made by [`crate::tables::create_tables`].
    pub fn for_tables_of(self, owner: Arc<dyn TableOwner>) -> Self {
        Client { declared: Some(Arc::new(Declared::new(owner))), ..self }
    }

    /// The connection as it is, without the declared tables.
    pub(crate) async fn control(&self) -> Result<Control<'_>> {
        Ok(Control::of(self.shared.connection().await?).await)
    }

    /// The item of a key.
    pub async fn get(&self, request: GetItemInputBuilder) -> Result<Option<Item>> {
        let table = request.get_table_name().clone();
        let connection = self.ready(&table).await?;
        match connection.send(request).await {
            Ok(answer) => Ok(answer.item),
            Err(error) => {
                Err(self.failed(connection, Failure::of(&error), "dynamodb:GetItem", listed(table)).await)
            }
        }
    }

    /// All items of a query, page after page.
    pub async fn query(&self, request: QueryInputBuilder) -> Result<Vec<Item>> {
        let table = request.get_table_name().clone();
        let connection = self.ready(&table).await?;
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let page = request.clone().set_exclusive_start_key(start.clone());
            let page = match connection.send(page).await {
                Ok(page) => page,
                Err(error) => {
                    let failure = Failure::of(&error);
                    drop(error);
                    return Err(self.failed(connection, failure, "dynamodb:Query", listed(table)).await);
                }
            };
            items.extend(page.items.unwrap_or_default());
            match page.last_evaluated_key {
                None => return Ok(items),
                Some(last) if last.is_empty() => return Ok(items),
                // A page that ends where it began would be followed by itself for ever.
                next if next == start => {
                    let problem = "The pages of a query do not come to an end";
                    return Err(on_table(Error::new(Code::Internal, problem, ""), table.as_ref()));
                }
                next => start = next,
            }
        }
    }

    /// One page of a query.
    pub async fn query_page(&self, request: QueryInputBuilder) -> Result<Page> {
        let table = request.get_table_name().clone();
        let connection = self.ready(&table).await?;
        match connection.send(request).await {
            Ok(answer) => {
                Ok(page(answer.items, answer.count, answer.scanned_count, answer.last_evaluated_key))
            }
            Err(error) => {
                Err(self.failed(connection, Failure::of(&error), "dynamodb:Query", listed(table)).await)
            }
        }
    }

    /// One page of a scan.
    pub async fn scan_page(&self, request: ScanInputBuilder) -> Result<Page> {
        let table = request.get_table_name().clone();
        let connection = self.ready(&table).await?;
        match connection.send(request).await {
            Ok(answer) => {
                Ok(page(answer.items, answer.count, answer.scanned_count, answer.last_evaluated_key))
            }
            Err(error) => {
                Err(self.failed(connection, Failure::of(&error), "dynamodb:Scan", listed(table)).await)
            }
        }
    }

    async fn ready(&self, table: &Option<String>) -> Result<&Connection> {
        self.shared.ready(self.declared.as_deref()).await.map_err(|error| on_table(error, table.as_ref()))
    }
}

fn page(items: Option<Vec<Item>>, count: i32, scanned: i32, next: Option<Item>) -> Page {
    Page {
        items: items.unwrap_or_default(),
        count: usize::try_from(count).unwrap_or_default(),
        scanned: usize::try_from(scanned).unwrap_or_default(),
        next: next.filter(|key| !key.is_empty()),
    }
}

macro_rules! writes {
    ($($(#[$doc:meta])* $name:ident($request:ty, $refusal:ident) as $action:literal;)+) => {
        impl Client {
            $(
                $(#[$doc])*
                pub async fn $name(&self, request: $request) -> Result<Write> {
                    let table = request.get_table_name().clone();
                    let connection = self.ready(&table).await?;
                    let mut backoff = Backoff::for_conflicts(self.random);
                    loop {
                        match connection.send(request.clone()).await {
                            Ok(answer) => return Ok(Write::Done(answer.attributes)),
                            Err(error) => match refused(&error) {
                                Refusal::Condition => {
                                    let found = match error.into_service_error() {
                                        $refusal::ConditionalCheckFailedException(refusal) => refusal.item,
                                        _ => None,
                                    };
                                    return Ok(Write::ConditionFailed(found.filter(|item| !item.is_empty())));
                                }
                                Refusal::Conflict if backoff.wait().await => {}
                                _ => {
                                    let failure = Failure::of(&error);
                                    drop(error);
                                    return Err(self.failed(connection, failure, $action, listed(table)).await);
                                }
                            },
                        }
                    }
                }
            )+
        }
    };
}

writes! {
    /// Puts an item, on its condition if it has one. If a transaction is at work on the item, it is tried again.
    put(PutItemInputBuilder, PutItemError) as "dynamodb:PutItem";
    /// Updates an item, on its condition if it has one. If a transaction is at work on the item, it is tried again.
    update(UpdateItemInputBuilder, UpdateItemError) as "dynamodb:UpdateItem";
    /// Deletes an item, on its condition if it has one. If a transaction is at work on the item, it is tried again.
    delete(DeleteItemInputBuilder, DeleteItemError) as "dynamodb:DeleteItem";
}

/// A connection for looking at tables and making them. In an embedded database, nobody else does so meanwhile.
pub(crate) struct Control<'a> {
    connection: &'a Connection,
    _making: Option<embedded::Making<'a>>,
}

impl<'a> Control<'a> {
    async fn of(connection: &'a Connection) -> Self {
        let making = match &connection.engine {
            Some(engine) => Some(engine.making().await),
            None => None,
        };
        Control { connection, _making: making }
    }

    /// The SDK's client.
    pub(crate) fn sdk(&self) -> &aws_sdk_dynamodb::Client {
        &self.connection.sdk
    }

    /// Whether it leads to the embedded engine, whose tables are this package's own to change.
    pub(crate) fn is_embedded(&self) -> bool {
        self.connection.engine.is_some()
    }

    /// Where it leads.
    pub(crate) fn place(&self) -> &Place {
        &self.connection.place
    }

    /// The error for the caller: `action` is what IAM calls the operation.
    pub(crate) fn error<E>(&self, error: &SdkError<E, HttpResponse>, action: &str, table: &str) -> Error
    where
        E: std::error::Error + ProvideErrorMetadata + aws_types::request_id::RequestId + 'static,
    {
        Failure::of(error).into_error(self.place(), action, None).on_table(table)
    }
}

/// The tables of a request to one table.
fn listed(table: Option<String>) -> Vec<String> {
    table.into_iter().collect()
}

fn on_table(error: Error, table: Option<&String>) -> Error {
    match table {
        Some(table) => error.on_table(table),
        None => error,
    }
}

/// Why a write was refused, as far as it matters to what comes next.
enum Refusal {
    Condition,
    Conflict,
    Other,
}

fn refused<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Refusal {
    match error.as_service_error().and_then(ProvideErrorMetadata::code) {
        Some("ConditionalCheckFailedException") => Refusal::Condition,
        Some("TransactionConflictException") => Refusal::Conflict,
        _ => Refusal::Other,
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("is_embedded", &self.is_embedded()).finish_non_exhaustive()
    }
}

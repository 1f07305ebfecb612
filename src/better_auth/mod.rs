//! The Better Auth adapter: a table per model, a planner for its where clauses, unique values that are unique, and
//! transactions.
//!
//! | module | what it knows |
//! |---|---|
//! | `layout`, `known` | which table, keys, indexes and claims each model has |
//! | `where_clause` | what is asked for, and whether a row answers it |
//! | `row` | rows ⇄ items |
//! | `plan`, `explain` | which requests answer a where clause |
//! | `condition` | where clauses in DynamoDB's expression language |
//! | `read` | finding, counting, joining |
//! | `claim`, `change` | unique values; changes of rows as actions of a transaction |
//! | `write` | creating, updating, deleting, consuming, counting |
//! | `transaction` | writes that are kept until all of them are sent at once |

mod change;
mod claim;
mod condition;
mod explain;
mod known;
mod layout;
mod plan;
mod read;
mod read_value;
mod row;
mod set_up;
mod transaction;
mod where_clause;
mod write;

#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::client::Client;
use crate::error::Result;
use crate::value::{Record, Value};

pub use layout::Layout;
pub use transaction::Transaction;

macro_rules! operations {
    ($($(#[$doc:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// What Better Auth asks of an adapter.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation { $($(#[$doc])* $variant),+ }

        impl Operation {
            /// All operations.
            pub const ALL: &'static [Operation] = &[$(Operation::$variant),+];

            /// The name of the adapter's method.
            pub const fn as_str(self) -> &'static str {
                match self { $(Operation::$variant => $name),+ }
            }
        }
    };
}

operations! {
    /// `{ model, data }` → the row. `EMAIL_EXISTS`, `ACCOUNT_EXISTS` or `CONDITIONAL_CHECK_FAILED` if an id or a unique
    /// value is taken.
    Create = "create",
    /// `{ model, where, select?, join? }` → the first row, or null.
    FindOne = "findOne",
    /// `{ model, where?, limit?, select?, sortBy?, offset?, join? }` → rows.
    FindMany = "findMany",
    /// `{ model, where? }` → how many rows.
    Count = "count",
    /// `{ model, where, update }` → the first row, changed; null if there is none.
    Update = "update",
    /// `{ model, where, update }` → how many rows were changed.
    UpdateMany = "updateMany",
    /// `{ model, where }` → nothing.
    Delete = "delete",
    /// `{ model, where }` → how many rows were deleted.
    DeleteMany = "deleteMany",
    /// `{ model, where }` → the one row that was deleted by this call and no other; null if there is none.
    ConsumeOne = "consumeOne",
    /// `{ model, where, increment, set? }` → the row after the deltas were added, on the condition of the clause; null if
    /// no row met it.
    IncrementOne = "incrementOne",
}

/// What somebody who runs this should know, without its being an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// In words: what happened, and what to do about it.
    pub message: String,
    /// The table it is about.
    pub table: String,
    /// The model it is about, by the name of Better Auth's documentation.
    pub model: String,
}

/// As many notices as are kept until they are taken.
const MOST_NOTICES: usize = 100;

/// The adapter.
#[derive(Clone)]
pub struct Adapter(Arc<Inner>);

struct Inner {
    client: Client,
    layout: Arc<Layout>,
    notices: Mutex<Vec<Notice>>,
}

impl Adapter {
    /// An adapter on a connection. On the embedded engine its tables are made on first use.
    pub fn new(client: Client, layout: Arc<Layout>) -> Self {
        let client = client.for_tables_of(layout.clone());
        Adapter(Arc::new(Inner { client, layout, notices: Mutex::default() }))
    }

    /// Does one operation; the arguments are those of the adapter's method, with all names as they are in the tables.
    pub async fn run(&self, operation: Operation, arguments: Record) -> Result<Value> {
        // Each boxed when it begins: together they take kilobytes, which whoever calls this would have to move.
        let done = match operation {
            Operation::FindOne => Box::pin(self.find_one(&arguments, None)).await,
            Operation::FindMany => Box::pin(self.find_many(&arguments, None)).await,
            Operation::Count => Box::pin(self.count(&arguments, None)).await,
            Operation::Create => Box::pin(self.create(&arguments)).await,
            Operation::Update => Box::pin(self.update(&arguments)).await,
            Operation::UpdateMany => Box::pin(self.update_many(&arguments)).await,
            Operation::Delete => Box::pin(self.delete(&arguments)).await,
            Operation::DeleteMany => Box::pin(self.delete_many(&arguments)).await,
            Operation::ConsumeOne => Box::pin(self.consume_one(&arguments)).await,
            Operation::IncrementOne => Box::pin(self.increment_one(&arguments)).await,
        };
        done.map_err(|error| error.during(operation.as_str()))
    }

    /// A transaction: nothing of it is written before [`Transaction::commit`].
    pub fn begin(&self) -> Transaction {
        Transaction::new(self.clone())
    }

    /// The requests that an operation begins with, one object each, without sending any.
    pub fn explain(&self, operation: Operation, arguments: Record) -> Result<Value> {
        explain::explain(&self.0.layout, operation, &arguments).map_err(|error| error.during("explain"))
    }

    /// The notices since the last time.
    pub fn take_notices(&self) -> Vec<Notice> {
        std::mem::take(&mut *self.0.notices.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn notice(&self, notice: Notice) {
        let mut notices = self.0.notices.lock().unwrap_or_else(PoisonError::into_inner);
        if notices.len() < MOST_NOTICES && !notices.contains(&notice) {
            notices.push(notice);
        }
    }

    fn client(&self) -> &Client {
        &self.0.client
    }

    fn layout(&self) -> &Arc<Layout> {
        &self.0.layout
    }
}

impl fmt::Debug for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adapter").field("client", &self.0.client).finish_non_exhaustive()
    }
}

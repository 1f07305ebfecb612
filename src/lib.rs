//! dynauth: the users, accounts, sessions, verification tokens and passkeys of Auth.js / NextAuth and Better Auth
//! in Amazon DynamoDB.
//!
//! A call goes one way through the crate, and its answer comes back the same way:
//!
//! ```text
//! JS call ─► node ─► authjs · better_auth    what to do
//!                    keys · items            how it is said in DynamoDB
//!                    client                  sent, paged, retried: AWS, or the embedded engine
//! ```
//!
//! | module | what it knows |
//! |---|---|
//! | [`error`] | one [`Error`], its codes, and how a message reads |
//! | [`value`] | what a host can say: [`Value`] and [`Record`] |
//! | [`date`] | ISO 8601 ⇄ milliseconds ⇄ TTL seconds |
//! | [`marshal`] | [`Value`] ⇄ `AttributeValue` |
//! | [`config`] | a connection's settings, checked once |
//! | [`client`] | sending: pages, batches, transactions, backoff; AWS or the embedded engine below |
//! | [`runtime`] | the tokio runtime that all of it shares |
//! | [`tables`] | a table's definition, and making what is missing |
//! | [`authjs`] | the Auth.js adapter: the single table, its keys, its nineteen methods |
//! | [`better_auth`] | the Better Auth adapter: a table per model, its planner, claims and transactions |
//! | [`secondary_storage`] | Better Auth's secondary storage: values and counters by key, which expire |
//! | `node` | Node-API: the only module that knows JavaScript values (feature `node`) |

#[cfg(test)]
mod allocations;
pub mod authjs;
#[cfg(any(test, feature = "bench"))]
#[doc(hidden)]
pub mod bench;
pub mod better_auth;
pub mod client;
pub mod config;
pub mod date;
pub mod error;
mod expression;
pub mod marshal;
#[cfg(feature = "node")]
mod node;
pub mod runtime;
pub mod secondary_storage;
pub mod tables;
pub mod value;

/// The SDK allocates much and shortly; Node's own allocator is not touched by this.
#[cfg(all(feature = "node", not(test)))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use error::{Code, Error, Result};
pub use value::{Record, Value};

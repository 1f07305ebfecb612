//! The Auth.js adapter: one table, nineteen methods.

use std::sync::Arc;
use std::time::Duration;

use crate::client::Client;
use crate::error::Result;
use crate::tables::TableDefinition;
use crate::value::{Record, Value};

/// The adapter's options, with `@auth/dynamodb-adapter`'s names and defaults, and ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The table. Default: `next-auth`.
    pub table_name: String,
    /// Its partition key. Default: `pk`.
    pub partition_key: String,
    /// Its sort key. Default: `sk`.
    pub sort_key: String,
    /// Its index. Default: `GSI1`.
    pub index_name: String,
    /// The index's partition key. Default: `GSI1PK`.
    pub index_partition_key: String,
    /// The index's sort key. Default: `GSI1SK`.
    pub index_sort_key: String,
    /// Whether emails and provider accounts are claimed. Default: true.
    pub uniqueness: bool,
    /// Whether every read by key is strongly consistent. Default: false.
    pub consistent_reads: bool,
    /// How long a miss on the index is asked again before `null` is said. Default: 1200 ms. Zero: never.
    pub index_lag_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            table_name: "next-auth".into(),
            partition_key: "pk".into(),
            sort_key: "sk".into(),
            index_name: "GSI1".into(),
            index_partition_key: "GSI1PK".into(),
            index_sort_key: "GSI1SK".into(),
            uniqueness: true,
            consistent_reads: false,
            index_lag_timeout: Duration::from_millis(1200),
        }
    }
}

impl Options {
    /// `INVALID_CONFIG` for names that are empty, equal to each other, or our own.
    pub fn validate(&self) -> Result<()> {
        todo!()
    }

    /// The table that these options describe.
    pub fn table(&self) -> TableDefinition {
        todo!()
    }
}

/// The adapter. Cheap to clone; its methods may run concurrently.
///
/// Every argument is taken as it came from the host: a [`Value`] of any kind. What cannot identify anything
/// (`undefined`, a number, an empty string) finds nothing; where something is to be written, it is `INVALID_VALUE`.
#[derive(Clone)]
pub struct Adapter {
    shared: Arc<Shared>,
}

struct Shared {
    client: Client,
    options: Options,
}

macro_rules! methods {
    ($($name:ident($($argument:ident),*) -> $answer:ty;)+) => {
        impl Adapter {
            $(
                #[allow(missing_docs)]
                pub async fn $name(&self, $($argument: Value),*) -> Result<$answer> {
                    let _ = (&self.shared.client, &self.shared.options, $($argument),*);
                    todo!()
                }
            )+
        }
    };
}

/// A session and its user, as `getSessionAndUser` answers.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionAndUser {
    /// The session.
    pub session: Record,
    /// Its user.
    pub user: Record,
}

impl Adapter {
    /// An adapter over a connection; `INVALID_CONFIG` for options that cannot be.
    pub fn new(client: Client, options: Options) -> Result<Self> {
        options.validate()?;
        Ok(Adapter { shared: Arc::new(Shared { client, options }) })
    }
}

methods! {
    create_user(user) -> Record;
    get_user(id) -> Option<Record>;
    get_user_by_email(email) -> Option<Record>;
    get_user_by_account(account) -> Option<Record>;
    update_user(user) -> Record;
    delete_user(id) -> Option<Record>;
    link_account(account) -> Record;
    unlink_account(account) -> Option<Record>;
    get_account(provider_account_id, provider) -> Option<Record>;
    create_session(session) -> Record;
    get_session_and_user(session_token) -> Option<SessionAndUser>;
    update_session(session) -> Option<Record>;
    delete_session(session_token) -> Option<Record>;
    create_verification_token(verification_token) -> Record;
    use_verification_token(request) -> Option<Record>;
    create_authenticator(authenticator) -> Record;
    get_authenticator(credential_id) -> Option<Record>;
    list_authenticators_by_user_id(user_id) -> Vec<Record>;
    update_authenticator_counter(credential_id, counter) -> Record;
}

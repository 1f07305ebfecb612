//! Failures of set-up: where DynamoDB refuses a request for a table that is missing or another one than needed, a look at
//! the table says which, and what mends it. Only then is a table looked at, and only once.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_sdk_dynamodb::types::TableDescription;

use super::connection::Connection;
use super::failure::{Failure, Fault};
use super::{Client, on_table};
use crate::error::Error;
use crate::tables::{Difference, NeededTable, TableDefinition, TableOwner, differences, index_of};

/// How long a look at a table may take. The failure is there already, with or without it.
const LONGEST_LOOK: Duration = Duration::from_secs(2);

/// The tables of the adapter that uses a client.
pub(super) struct Declared {
    pub(super) owner: Arc<dyn TableOwner>,
    tables: OnceLock<Vec<TableDefinition>>,
}

impl Declared {
    pub(super) fn new(owner: Arc<dyn TableOwner>) -> Self {
        Declared { owner, tables: OnceLock::new() }
    }

    pub(super) fn tables(&self) -> &[TableDefinition] {
        self.tables.get_or_init(|| self.owner.tables())
    }
}

/// What a look at a table showed.
enum Look {
    /// There is no such table.
    Missing,
    Found(Box<TableDescription>),
    /// It was not allowed, or failed otherwise.
    Failed,
}

/// What the looks at all tables of a request showed.
enum Looked {
    Wrong(Error),
    AsNeeded,
    /// Not all could be looked at, or there was no reason to.
    Unseen,
}

impl Client {
    /// The error for the caller: `action` is what IAM calls the operation, `tables` are those that it is about, the most
    /// likely one first. Boxed, so that not every request has room for it.
    pub(super) fn failed<'a>(
        &'a self,
        connection: &'a Connection,
        failure: Failure,
        action: &'static str,
        tables: Vec<String>,
    ) -> Pin<Box<dyn Future<Output = Error> + Send + 'a>> {
        Box::pin(async move {
            let looked = match failure.fault() {
                Some(fault) => self.look(connection, &fault, &tables).await,
                None => Looked::Unseen,
            };
            let error = match looked {
                Looked::Wrong(error) => return error.caused_by(failure.into_cause()),
                // The table fits, so the request does not.
                Looked::AsNeeded => failure.into_error_of_request(&connection.place, action),
                Looked::Unseen => {
                    let definitions = self.declared.as_ref().map(|declared| declared.owner.definitions());
                    failure.into_error(&connection.place, action, definitions)
                }
            };
            on_table(error, tables.first())
        })
    }

    /// What is wrong with one of these tables.
    async fn look(&self, connection: &Connection, fault: &Fault, tables: &[String]) -> Looked {
        let Some(declared) = &self.declared else { return Looked::Unseen };
        for table in tables {
            let Some(definition) = declared.tables().iter().find(|definition| definition.name == *table)
            else {
                return Looked::Unseen;
            };
            let needed = NeededTable { definition, owner: declared.owner.as_ref(), place: &connection.place };
            let error = match look_at(connection, table).await {
                Look::Found(found) => wrong_with(&needed, fault, &found),
                Look::Missing => Some(needed.missing()),
                // Without a permission, the others would not be seen either.
                Look::Failed => return Looked::Unseen,
            };
            if let Some(error) = error {
                return Looked::Wrong(error);
            }
        }
        Looked::AsNeeded
    }
}

/// What is wrong with a table that is there, as far as the fault goes.
fn wrong_with(needed: &NeededTable<'_>, fault: &Fault, found: &TableDescription) -> Option<Error> {
    let differs = |is_at_fault: fn(&Difference) -> bool| {
        let mut differences = differences(needed.definition, found);
        differences.retain(is_at_fault);
        (!differences.is_empty()).then(|| needed.different(&differences, found))
    };
    match fault {
        Fault::TableMissing => {
            let status = found.table_status()?.as_str();
            (!matches!(status, "ACTIVE" | "UPDATING")).then(|| needed.not_active(status))
        }
        Fault::IndexMissing(named) => {
            let is_named = |name: &str| named.as_deref().is_none_or(|named| named == name);
            let mut indexes = needed.definition.indexes.iter().filter(|index| is_named(&index.name));
            indexes.find_map(|index| match index_of(found, &index.name) {
                None => Some(needed.missing_index(index, found)),
                Some(own) => {
                    let status = own.index_status()?.as_str();
                    (!matches!(status, "ACTIVE" | "UPDATING"))
                        .then(|| needed.index_not_active(&index.name, status))
                }
            })
        }
        Fault::Keys => differs(Difference::is_of_keys),
        Fault::Projection => differs(Difference::is_of_projection),
    }
}

async fn look_at(connection: &Connection, table: &str) -> Look {
    let look = connection.sdk.describe_table().table_name(table).send();
    match tokio::time::timeout(LONGEST_LOOK, look).await {
        Ok(Ok(answer)) => answer.table.map_or(Look::Failed, |found| Look::Found(Box::new(found))),
        Ok(Err(error)) => {
            let is_missing =
                error.as_service_error().is_some_and(|error| error.is_resource_not_found_exception());
            if is_missing { Look::Missing } else { Look::Failed }
        }
        Err(_) => Look::Failed,
    }
}

//! Errors of tables that are not set up as an adapter needs them: what is there, what is needed, and what mends it.

use std::fmt;

use aws_sdk_dynamodb::types::{BillingMode, TableDescription};
use serde_json::{Value as Json, json};

use super::difference::{Difference, found_indexes, found_key, index_of};
use super::{IndexDefinition, IndexProjection, KeySchema, TableDefinition};
use crate::client::Place;
use crate::error::{Code, Error};

/// An adapter, as the owner of its tables: what only the adapter can say of them.
pub trait TableOwner: fmt::Debug + Send + Sync {
    /// The definitions of all its tables.
    fn tables(&self) -> Vec<TableDefinition>;

    /// What `createTables` takes to make them, as code: `authJsTable(options)`.
    fn definitions(&self) -> &'static str;

    /// The option that names a table, such as `tableName`.
    fn name_option(&self, table: &str) -> String;

    /// What to give to the adapter, so that it takes a table with this key as it is, such as
    /// `DynamoDBAdapter the options { partitionKey: "id" }`; `None` where it cannot.
    fn options_for_key(&self, _table: &str, _found: &KeySchema) -> Option<String> {
        None
    }

    /// The same for an index that is there, in place of `wanted`.
    fn options_for_index(
        &self,
        _table: &str,
        _wanted: &IndexDefinition,
        _found: &IndexDefinition,
    ) -> Option<String> {
        None
    }
}

/// Definitions that no adapter stands behind.
impl TableOwner for Vec<TableDefinition> {
    fn tables(&self) -> Vec<TableDefinition> {
        self.clone()
    }

    fn definitions(&self) -> &'static str {
        "definitions"
    }

    fn name_option(&self, _table: &str) -> String {
        "tableName".to_owned()
    }
}

/// A table that an adapter needs, for the words of errors.
pub(crate) struct NeededTable<'a> {
    pub(crate) definition: &'a TableDefinition,
    pub(crate) owner: &'a dyn TableOwner,
    pub(crate) place: &'a Place,
}

impl NeededTable<'_> {
    /// The table is not there.
    pub(crate) fn missing(&self) -> Error {
        let Place { name, .. } = self.place;
        let mut problem = format!(
            "The table is not there in {name}; needed is one with the key {}",
            key_in_words(&self.definition.key)
        );
        match self.definition.indexes.as_slice() {
            [] => {}
            [index] => problem.push_str(&format!(" and the index {}", index_in_words(index))),
            indexes => {
                let indexes: Vec<String> = indexes.iter().map(index_in_words).collect();
                problem.push_str(&format!(" and the indexes {}", indexes.join(", ")));
            }
        }
        let remedy =
            format!("{}, or correct its name, the region or the endpoint", made_by(self.owner.definitions()));
        self.error(Code::TableNotFound, problem, remedy)
    }

    /// The table is being made or deleted.
    pub(crate) fn not_active(&self, status: &str) -> Error {
        let problem =
            format!("The table in {} is not there yet, or not any more: it is {status}", self.place.name);
        let wait = self.command("wait table-exists", "");
        let remedy =
            wait.map_or_else(|| "Wait until it is ACTIVE".to_owned(), |wait| format!("Wait for it: {wait}"));
        self.error(Code::TableNotFound, problem, remedy)
    }

    /// The table has no index of that name.
    pub(crate) fn missing_index(&self, index: &IndexDefinition, found: &TableDescription) -> Error {
        let others = found_indexes(self.definition, found);
        let there = match others.as_slice() {
            [] => "it has none".to_owned(),
            others => {
                let others: Vec<String> = others.iter().map(index_in_words).collect();
                format!("it has {}", others.join(", "))
            }
        };
        let problem =
            format!("The table in {} has no index {}; {there}", self.place.name, index_in_words(index));
        let same =
            others.iter().find(|other| other.key == index.key && other.projection.covers(&index.projection));
        let options =
            same.and_then(|other| self.owner.options_for_index(&self.definition.name, index, other));
        let remedy = match options {
            Some(options) => format!("Give {options}"),
            None => self.make_index(index, found),
        };
        self.error(Code::MissingIndex, problem, remedy)
    }

    /// The index is being made or deleted.
    pub(crate) fn index_not_active(&self, index: &str, status: &str) -> Error {
        let problem = format!(
            "The index \"{index}\" of the table in {} is not there yet, or not any more: it is {status}",
            self.place.name
        );
        let query = " --query \"Table.GlobalSecondaryIndexes[].[IndexName,IndexStatus]\"";
        let remedy = match self.command("describe-table", query) {
            Some(command) => format!("Wait until it is ACTIVE, as {command} says"),
            None => "Wait until it is ACTIVE".to_owned(),
        };
        self.error(Code::MissingIndex, problem, remedy)
    }

    /// The table is there and not as needed. There is at least one difference.
    pub(crate) fn different(&self, differences: &[Difference], found: &TableDescription) -> Error {
        let words: Vec<String> = differences.iter().map(Difference::to_string).collect();
        let problem = format!("The table in {} is another one: {}", self.place.name, words.join("; "));
        let remedy = match differences.first() {
            Some(first) => self.remedy(first, found),
            None => String::new(),
        };
        self.error(Code::InvalidConfig, problem, remedy)
    }

    fn remedy(&self, difference: &Difference, found: &TableDescription) -> String {
        let name = &self.definition.name;
        let wanted = difference
            .index()
            .and_then(|index| self.definition.indexes.iter().find(|wanted| wanted.name == index));
        let Some(wanted) = wanted else {
            let key = found_key(self.definition, found, found.key_schema());
            let options = key.and_then(|key| self.owner.options_for_key(name, &key));
            let other = self.another_table();
            return match options {
                Some(options) => format!("Give {options}; or {other}"),
                None => format!("A table's key cannot be changed: {other}"),
            };
        };
        let Some(own) = index_of(found, &wanted.name) else { return self.make_index(wanted, found) };
        if let Difference::Key { .. } | Difference::Projection { .. } = difference
            && let Some(key) = found_key(self.definition, found, own.key_schema())
        {
            let projection = IndexProjection::found(own.projection());
            let own = IndexDefinition { name: wanted.name.clone(), key, projection };
            if let Some(options) = self.owner.options_for_index(name, wanted, &own) {
                return format!("Give {options}");
            }
        }
        let updates = json!([{ "Delete": { "IndexName": wanted.name } }]);
        let updates = format!(" --global-secondary-index-updates {}", quoted(&updates));
        match self.command("update-table", &updates) {
            Some(delete) => format!(
                "An index cannot be changed: if nothing else uses it, delete it by {delete}; when it is gone, {}",
                uncapitalized(&self.make_index(wanted, found))
            ),
            None => format!("An index cannot be changed: {}", self.another_table()),
        }
    }

    fn another_table(&self) -> String {
        let option = self.owner.name_option(&self.definition.name);
        match self.place.command_options {
            Some(_) => format!(
                "give another name in `{option}`, and {}",
                uncapitalized(&made_by(self.owner.definitions()))
            ),
            None => format!("give another name in `{option}`, and the table is made on first use"),
        }
    }

    fn make_index(&self, index: &IndexDefinition, found: &TableDescription) -> String {
        let attributes: Vec<Json> = index
            .key
            .names()
            .map(|name| {
                json!({ "AttributeName": name, "AttributeType": self.definition.attribute_type(name).as_str() })
            })
            .collect();
        let kinds = ["HASH", "RANGE"];
        let key: Vec<Json> = index
            .key
            .names()
            .zip(kinds)
            .map(|(name, kind)| json!({ "AttributeName": name, "KeyType": kind }))
            .collect();
        let projection = match &index.projection {
            IndexProjection::All => json!({ "ProjectionType": "ALL" }),
            IndexProjection::KeysOnly => json!({ "ProjectionType": "KEYS_ONLY" }),
            IndexProjection::Include(attributes) => {
                json!({ "ProjectionType": "INCLUDE", "NonKeyAttributes": attributes })
            }
        };
        let mut create = json!({ "IndexName": index.name, "KeySchema": key, "Projection": projection });
        if let Some(throughput) = provisioned(found) {
            create["ProvisionedThroughput"] = throughput;
        }
        let updates = json!([{ "Create": create }]);
        let options = format!(
            " --attribute-definitions {} --global-secondary-index-updates {}",
            quoted(&json!(attributes)),
            quoted(&updates)
        );
        match self.command("update-table", &options) {
            Some(command) => format!("Make it by {command}"),
            // The embedded engine has no command line; it adds indexes by itself.
            None => "Use the table again: the index is made on first use".to_owned(),
        }
    }

    /// A command of AWS's command line on the table.
    fn command(&self, command: &str, options: &str) -> Option<String> {
        let place = self.place.command_options.as_ref()?;
        Some(format!("`aws dynamodb {command} {place} --table-name {}{options}`", self.definition.name))
    }

    fn error(&self, code: Code, problem: String, remedy: String) -> Error {
        Error::new(code, problem, remedy).on_table(&self.definition.name)
    }
}

/// How to make tables of these definitions.
pub(crate) fn made_by(definitions: &str) -> String {
    format!("Make it with createTables(connection, {definitions}) from \"dynauth/tables\"")
}

/// The capacity that an index takes from its table; nothing on demand.
fn provisioned(found: &TableDescription) -> Option<Json> {
    let mode = found.billing_mode_summary().and_then(|summary| summary.billing_mode());
    if mode == Some(&BillingMode::PayPerRequest) {
        return None;
    }
    let throughput = found.provisioned_throughput()?;
    let [read, write] = [throughput.read_capacity_units()?, throughput.write_capacity_units()?];
    // DynamoDB says zeros for tables on demand.
    (read > 0 && write > 0).then(|| json!({ "ReadCapacityUnits": read, "WriteCapacityUnits": write }))
}

fn key_in_words(key: &KeySchema) -> String {
    format!("({})", key.names().collect::<Vec<_>>().join(", "))
}

fn index_in_words(index: &IndexDefinition) -> String {
    format!("\"{}\" on {}", index.name, key_in_words(&index.key))
}

/// JSON as one word of a shell.
fn quoted(json: &Json) -> String {
    format!("'{}'", json.to_string().replace('\'', r"'\''"))
}

fn uncapitalized(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

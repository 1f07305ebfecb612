//! What a table is made of, and making those that are missing.

mod difference;
mod set_up;

use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    TableDescription, TableStatus, TimeToLiveSpecification, TimeToLiveStatus,
};
use tokio::time::Instant;

pub(crate) use self::difference::{Difference, differences, index_of};
pub use self::set_up::TableOwner;
pub(crate) use self::set_up::{NeededTable, made_by};
use crate::client::{Client, Control};
use crate::error::{Code, Error, Result};

/// A table: its keys, indexes and the attribute that TTL looks at. On-demand capacity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDefinition {
    /// Its name.
    pub name: String,
    /// Its partition key, and its sort key if it has one.
    pub key: KeySchema,
    /// Its global secondary indexes.
    pub indexes: Vec<IndexDefinition>,
    /// The key attributes, of the table or of an index, that are numbers (N). All others are strings (S).
    pub number_attributes: Vec<String>,
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

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexDefinition {
    /// Its name.
    pub name: String,
    /// Its keys.
    pub key: KeySchema,
    /// What it holds of each item.
    pub projection: IndexProjection,
}

/// What an index holds of each item, beside the keys of the index and of the table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum IndexProjection {
    /// All attributes.
    #[default]
    All,
    /// Nothing else.
    KeysOnly,
    /// These attributes.
    Include(Vec<String>),
}

impl IndexProjection {
    /// Whether an index of this projection answers what one of the other would: an index that holds more than asked
    /// for does.
    pub(crate) fn covers(&self, wanted: &IndexProjection) -> bool {
        match (self, wanted) {
            (IndexProjection::All, _) | (_, IndexProjection::KeysOnly) => true,
            (IndexProjection::Include(held), IndexProjection::Include(wanted)) => {
                wanted.iter().all(|attribute| held.contains(attribute))
            }
            _ => false,
        }
    }

    fn description(&self) -> String {
        match self {
            IndexProjection::All => "all attributes".to_owned(),
            IndexProjection::KeysOnly => "only keys".to_owned(),
            IndexProjection::Include(attributes) => format!("only keys and {}", attributes.join(", ")),
        }
    }

    fn request(&self) -> Projection {
        let builder = Projection::builder();
        match self {
            IndexProjection::All => builder.projection_type(ProjectionType::All),
            IndexProjection::KeysOnly => builder.projection_type(ProjectionType::KeysOnly),
            IndexProjection::Include(attributes) => builder
                .projection_type(ProjectionType::Include)
                .set_non_key_attributes(Some(attributes.clone())),
        }
        .build()
    }

    fn found(projection: Option<&Projection>) -> Self {
        match projection.and_then(Projection::projection_type) {
            Some(ProjectionType::KeysOnly) => IndexProjection::KeysOnly,
            Some(ProjectionType::Include) => IndexProjection::Include(
                projection.map(|projection| projection.non_key_attributes().to_vec()).unwrap_or_default(),
            ),
            _ => IndexProjection::All,
        }
    }
}

/// Makes the tables that are missing, waits until all are active, and turns TTL on where it is off. Tables that are
/// there are not changed otherwise, but for indexes that are added in an embedded database; one whose keys or indexes differ from its definition is an `INVALID_CONFIG` error
/// that says how. Returns the names of those that were made.
pub async fn create_tables(client: &Client, tables: &[TableDefinition]) -> Result<Vec<String>> {
    let control = client.control().await?;
    make(&control, tables, &tables.to_vec()).await
}

/// How long a table may take to become active. DynamoDB takes seconds, minutes at worst.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// [`create_tables`] over an open connection; `owner` has the words of errors.
pub(crate) async fn make(
    control: &Control<'_>,
    tables: &[TableDefinition],
    owner: &dyn TableOwner,
) -> Result<Vec<String>> {
    let mut made = Vec::new();
    for table in tables {
        if make_one(control, table, owner).await? {
            made.push(table.name.clone());
        }
    }
    Ok(made)
}

/// Whether it was made.
async fn make_one(control: &Control<'_>, table: &TableDefinition, owner: &dyn TableOwner) -> Result<bool> {
    let needed = NeededTable { definition: table, owner, place: control.place() };
    let found = describe(control, &table.name).await?;
    let made = match &found {
        Some(found) => {
            let found = add_indexes(control, table, found).await?;
            compare(&needed, &found)?;
            false
        }
        None => create(control, table).await?,
    };
    if !found.as_ref().is_some_and(is_active) {
        let description = wait_until_active(control, &table.name).await?;
        // If another made it meanwhile, it may have made another one.
        compare(&needed, &description)?;
    }
    if let Some(attribute) = &table.ttl_attribute {
        turn_on_ttl(control, &table.name, attribute).await?;
    }
    Ok(made)
}

/// In an embedded database, adds the indexes that a table lacks: a plugin has been added to the app. Elsewhere, tables
/// are only the user's to change.
async fn add_indexes(
    control: &Control<'_>,
    table: &TableDefinition,
    found: &TableDescription,
) -> Result<TableDescription> {
    let has = |index: &&IndexDefinition| {
        found.global_secondary_indexes().iter().any(|own| own.index_name() == Some(&index.name))
    };
    // A table of another key is another table: nothing of it is changed.
    let is_another = differences(table, found).iter().any(|difference| difference.index().is_none());
    let is_whole = table.indexes.iter().all(|index| has(&index));
    if !control.is_embedded() || is_whole || is_another {
        return Ok(found.clone());
    }
    for index in table.indexes.iter().filter(|index| !has(index)) {
        let request = index_request(control, table, index).map_err(|_| incomplete(&table.name))?;
        request.send().await.map_err(|error| control.error(&error, "dynamodb:UpdateTable", &table.name))?;
    }
    Ok(describe(control, &table.name).await?.unwrap_or_else(|| found.clone()))
}

type UpdateTable = aws_sdk_dynamodb::operation::update_table::builders::UpdateTableFluentBuilder;

fn index_request(
    control: &Control<'_>,
    table: &TableDefinition,
    index: &IndexDefinition,
) -> Result<UpdateTable, BuildError> {
    let create = CreateGlobalSecondaryIndexAction::builder()
        .index_name(&index.name)
        .set_key_schema(Some(index.key.elements()?))
        .projection(index.projection.request())
        .build()?;
    let attributes = index.key.names().map(|name| table.attribute(name)).collect::<Result<_, _>>()?;
    Ok(control
        .sdk()
        .update_table()
        .table_name(&table.name)
        .set_attribute_definitions(Some(attributes))
        .global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(create).build()))
}

fn incomplete(table: &str) -> Error {
    Error::new(Code::Internal, "An incomplete table definition", "").on_table(table)
}

async fn describe(control: &Control<'_>, name: &str) -> Result<Option<TableDescription>> {
    match control.sdk().describe_table().table_name(name).send().await {
        Ok(answer) => Ok(answer.table),
        Err(error) if code_of(error.as_service_error()) == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(control.error(&error, "dynamodb:DescribeTable", name)),
    }
}

fn code_of<E: ProvideErrorMetadata>(error: Option<&E>) -> Option<&str> {
    error.and_then(ProvideErrorMetadata::code)
}

/// Whether it was this call that made it: somebody else may do so at the same time.
async fn create(control: &Control<'_>, table: &TableDefinition) -> Result<bool> {
    let request = request(control, table).map_err(|_| incomplete(&table.name))?;
    match request.send().await {
        Ok(_) => Ok(true),
        Err(error) if code_of(error.as_service_error()) == Some("ResourceInUseException") => Ok(false),
        Err(error) => Err(control.error(&error, "dynamodb:CreateTable", &table.name)),
    }
}

type CreateTable = aws_sdk_dynamodb::operation::create_table::builders::CreateTableFluentBuilder;

fn request(control: &Control<'_>, table: &TableDefinition) -> Result<CreateTable, BuildError> {
    let mut names: Vec<&str> = table.key.names().collect();
    names.extend(table.indexes.iter().flat_map(|index| index.key.names()));
    names.sort_unstable();
    names.dedup();
    let index = |index: &IndexDefinition| {
        GlobalSecondaryIndex::builder()
            .index_name(&index.name)
            .set_key_schema(Some(index.key.elements()?))
            .projection(index.projection.request())
            .build()
    };
    let indexes: Vec<_> = table.indexes.iter().map(index).collect::<Result<_, _>>()?;
    Ok(control
        .sdk()
        .create_table()
        .table_name(&table.name)
        .set_attribute_definitions(Some(
            names.into_iter().map(|name| table.attribute(name)).collect::<Result<_, _>>()?,
        ))
        .set_key_schema(Some(table.key.elements()?))
        .set_global_secondary_indexes(Some(indexes).filter(|indexes| !indexes.is_empty()))
        .billing_mode(BillingMode::PayPerRequest))
}

impl TableDefinition {
    fn attribute(&self, name: &str) -> Result<AttributeDefinition, BuildError> {
        let kind = self.attribute_type(name);
        AttributeDefinition::builder().attribute_name(name).attribute_type(kind).build()
    }

    fn attribute_type(&self, name: &str) -> ScalarAttributeType {
        match self.number_attributes.iter().any(|number| number == name) {
            true => ScalarAttributeType::N,
            false => ScalarAttributeType::S,
        }
    }
}

impl KeySchema {
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.partition_key.as_str()).chain(self.sort_key.as_deref())
    }

    fn elements(&self) -> Result<Vec<KeySchemaElement>, BuildError> {
        let kinds = [KeyType::Hash, KeyType::Range];
        let element = |(name, kind)| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
        self.names().zip(kinds).map(element).collect()
    }
}

fn is_active(table: &TableDescription) -> bool {
    let indexes = table.global_secondary_indexes();
    // An index that is being updated serves reads and writes; so does a table.
    let index_is_there = |status: Option<&str>| matches!(status, None | Some("ACTIVE" | "UPDATING"));
    matches!(table.table_status(), Some(TableStatus::Active | TableStatus::Updating))
        && indexes.iter().all(|index| index_is_there(index.index_status().map(|status| status.as_str())))
}

async fn wait_until_active(control: &Control<'_>, name: &str) -> Result<TableDescription> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(200);
    loop {
        // Just after it was made, it may not be found yet.
        if let Some(table) = describe(control, name).await?
            && is_active(&table)
        {
            return Ok(table);
        }
        if begun.elapsed() + pause > LONGEST_WAIT {
            let problem = format!("It was not active after {} seconds", LONGEST_WAIT.as_secs());
            return Err(
                Error::new(Code::Timeout, problem, "Run this again: it goes on waiting").on_table(name)
            );
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(2));
    }
}

/// `INVALID_CONFIG` if the table is not as defined.
fn compare(needed: &NeededTable<'_>, found: &TableDescription) -> Result<()> {
    let differences = differences(needed.definition, found);
    if differences.is_empty() { Ok(()) } else { Err(needed.different(&differences, found)) }
}

async fn turn_on_ttl(control: &Control<'_>, name: &str, attribute: &str) -> Result<()> {
    let answer = control.sdk().describe_time_to_live().table_name(name).send().await;
    let answer = answer.map_err(|error| control.error(&error, "dynamodb:DescribeTimeToLive", name))?;
    let ttl = answer.time_to_live_description;
    let status = ttl.as_ref().and_then(|ttl| ttl.time_to_live_status());
    if matches!(status, Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling)) {
        return match ttl.as_ref().and_then(|ttl| ttl.attribute_name()) {
            Some(other) if other != attribute => {
                let problem = format!("TTL is on for the attribute \"{other}\" instead of \"{attribute}\"");
                let remedy = "Turn it off for that one, wait for DynamoDB to say so, and run this again";
                Err(Error::new(Code::InvalidConfig, problem, remedy).on_table(name))
            }
            _ => Ok(()),
        };
    }
    let ttl = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build();
    let ttl =
        ttl.map_err(|_| Error::new(Code::Internal, "An incomplete TTL definition", "").on_table(name))?;
    match control.sdk().update_time_to_live().table_name(name).time_to_live_specification(ttl).send().await {
        Ok(_) => Ok(()),
        // Somebody else turned it on at the same time.
        Err(error)
            if error.as_service_error().and_then(|error| error.message()).is_some_and(says_it_is_on) =>
        {
            Ok(())
        }
        Err(error) => Err(control.error(&error, "dynamodb:UpdateTimeToLive", name)),
    }
}

fn says_it_is_on(message: &str) -> bool {
    message.contains("already enabled")
}

/// Whether a table is named by its ARN, which says its account, too.
pub(crate) fn is_arn(name: &str) -> bool {
    name.starts_with("arn:")
}

/// What is wrong with a table's name or ARN, if something is; to be said after the name of the option that has it.
pub(crate) fn check_table_name(name: &str) -> std::result::Result<(), &'static str> {
    if !is_arn(name) {
        return check_resource_name(name);
    }
    let parts: Vec<&str> = name.splitn(6, ':').collect();
    let is_word = |part: &&str| part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    match parts.get(5).and_then(|resource| resource.strip_prefix("table/")) {
        Some(table)
            if !table.is_empty()
                && table.chars().all(is_legal)
                && parts[2] == "dynamodb"
                && parts[1..5].iter().all(is_word) =>
        {
            Ok(())
        }
        _ => Err("must be an ARN of the form arn:aws:dynamodb:REGION:ACCOUNT:table/NAME"),
    }
}

/// The same for the name of an index:
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>.
pub(crate) fn check_resource_name(name: &str) -> std::result::Result<(), &'static str> {
    if (3..=255).contains(&name.len()) && name.chars().all(is_legal) {
        return Ok(());
    }
    Err("must be 3 to 255 characters out of a-z, A-Z, 0-9, '_', '-' and '.'")
}

fn is_legal(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_name_or_an_arn() {
        for name in [
            "next-auth",
            "a.b_c",
            "arn:aws:dynamodb:eu-central-1:123456789012:table/auth",
            "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/a.b_c",
            "arn:aws:dynamodb:ddblocal:000000000000:table/auth",
        ] {
            check_table_name(name).unwrap_or_else(|problem| panic!("{name}: {problem}"));
        }
        for name in [
            "",
            "no",
            "no spaces",
            "a\nb",
            "m\u{fc}nchen",
            "arn:",
            "arn:aws:dynamodb:eu-central-1:123456789012:table/",
            "arn:aws:dynamodb:eu-central-1:123456789012:auth",
            "arn:aws:s3:eu-central-1:123456789012:table/auth",
            "arn:aws:dynamodb:eu\u{7}central:123456789012:table/auth",
            "arn:aws:dynamodb:eu-central-1:\u{fc}:table/auth",
            "arn:aws:dynamodb:eu-central-1:123456789012:table/auth\n",
            "arn:aws:dynamodb:eu-central-1:123456789012:table/auth/index/GSI1",
        ] {
            check_table_name(name).expect_err(name);
        }
    }
}

//! How a table that is there differs from its definition.

use std::fmt;

use aws_sdk_dynamodb::types::{
    GlobalSecondaryIndexDescription, KeySchemaElement, KeyType, ScalarAttributeType, TableDescription,
};

use super::{IndexDefinition, IndexProjection, KeySchema, TableDefinition};

/// One respect in which a table is not as defined.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Difference {
    /// The key of the table, or of an index, has other attributes.
    Key { index: Option<String>, found: Vec<String>, wanted: Vec<String> },
    /// An attribute of the key of the table, or of an index, has another type.
    KeyType {
        index: Option<String>,
        attribute: String,
        found: ScalarAttributeType,
        wanted: ScalarAttributeType,
    },
    /// An index is not there.
    MissingIndex { name: String },
    /// An index holds less.
    Projection { index: String, found: IndexProjection, wanted: IndexProjection },
}

impl Difference {
    /// The index that it is about; `None` if it is about the table itself.
    pub(crate) fn index(&self) -> Option<&str> {
        match self {
            Difference::Key { index, .. } | Difference::KeyType { index, .. } => index.as_deref(),
            Difference::MissingIndex { name: index } | Difference::Projection { index, .. } => Some(index),
        }
    }

    /// Whether it is one of keys, for which DynamoDB refuses requests.
    pub(crate) fn is_of_keys(&self) -> bool {
        matches!(self, Difference::Key { .. } | Difference::KeyType { .. })
    }

    /// Whether it is one of an index that holds less.
    pub(crate) fn is_of_projection(&self) -> bool {
        matches!(self, Difference::Projection { .. })
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Key { index, found, wanted } => {
                match index {
                    None => f.write_str("its key")?,
                    Some(index) => write!(f, "the key of its index \"{index}\"")?,
                }
                write!(f, " is ({}) instead of ({})", found.join(", "), wanted.join(", "))
            }
            Difference::KeyType { attribute, found, wanted, .. } => {
                let (found, wanted) = (type_in_words(found), type_in_words(wanted));
                write!(f, "the key attribute \"{attribute}\" is {found} instead of {wanted}")
            }
            Difference::MissingIndex { name } => write!(f, "it has no index \"{name}\""),
            Difference::Projection { index, found, wanted } => write!(
                f,
                "its index \"{index}\" projects {} instead of {}",
                found.description(),
                wanted.description()
            ),
        }
    }
}

fn type_in_words(kind: &ScalarAttributeType) -> &'static str {
    match kind {
        ScalarAttributeType::S => "a string (S)",
        ScalarAttributeType::N => "a number (N)",
        ScalarAttributeType::B => "binary (B)",
        _ => "of an unknown type",
    }
}

/// How a table differs from its definition, the table's key first. Indexes beside the defined ones are the user's affair.
pub(crate) fn differences(definition: &TableDefinition, found: &TableDescription) -> Vec<Difference> {
    let mut differences = Vec::new();
    compare_key(None, definition, &definition.key, found.key_schema(), found, &mut differences);
    for index in &definition.indexes {
        let Some(own) = index_of(found, &index.name) else {
            differences.push(Difference::MissingIndex { name: index.name.clone() });
            continue;
        };
        compare_key(Some(&index.name), definition, &index.key, own.key_schema(), found, &mut differences);
        let projection = IndexProjection::found(own.projection());
        if !projection.covers(&index.projection) {
            differences.push(Difference::Projection {
                index: index.name.clone(),
                found: projection,
                wanted: index.projection.clone(),
            });
        }
    }
    differences
}

/// The index of a name.
pub(crate) fn index_of<'a>(
    found: &'a TableDescription,
    name: &str,
) -> Option<&'a GlobalSecondaryIndexDescription> {
    found.global_secondary_indexes().iter().find(|index| index.index_name() == Some(name))
}

fn compare_key(
    index: Option<&str>,
    definition: &TableDefinition,
    wanted: &KeySchema,
    found: &[KeySchemaElement],
    description: &TableDescription,
    differences: &mut Vec<Difference>,
) {
    let index = index.map(str::to_owned);
    let found = key_names(found);
    let wanted: Vec<String> = wanted.names().map(str::to_owned).collect();
    if found != wanted {
        differences.push(Difference::Key { index, found, wanted });
        return;
    }
    for attribute in wanted {
        let kind = definition.attribute_type(&attribute);
        let is_known = |known: &Difference| matches!(known, Difference::KeyType { attribute: other, .. } if *other == attribute);
        match attribute_type(description, &attribute) {
            Some(other) if *other != kind && !differences.iter().any(is_known) => {
                let (index, found) = (index.clone(), other.clone());
                differences.push(Difference::KeyType { index, attribute, found, wanted: kind });
            }
            _ => {}
        }
    }
}

fn attribute_type<'a>(found: &'a TableDescription, attribute: &str) -> Option<&'a ScalarAttributeType> {
    let is_it =
        |definition: &&aws_sdk_dynamodb::types::AttributeDefinition| definition.attribute_name() == attribute;
    found.attribute_definitions().iter().find(is_it).map(|definition| definition.attribute_type())
}

/// The attributes of a key, its partition key first.
fn key_names(key: &[KeySchemaElement]) -> Vec<String> {
    [KeyType::Hash, KeyType::Range]
        .iter()
        .filter_map(|kind| key.iter().find(|element| element.key_type() == kind))
        .map(|element| element.attribute_name().to_owned())
        .collect()
}

/// The key of a table that is there, if all of its attributes have the types of this definition.
pub(crate) fn found_key(
    definition: &TableDefinition,
    found: &TableDescription,
    key: &[KeySchemaElement],
) -> Option<KeySchema> {
    let names = key_names(key);
    let is_fitting = |name: &String| {
        attribute_type(found, name).is_none_or(|kind| *kind == definition.attribute_type(name))
    };
    if !names.iter().all(is_fitting) {
        return None;
    }
    let mut names = names.into_iter();
    Some(KeySchema { partition_key: names.next()?, sort_key: names.next() })
}

/// The indexes that are there.
pub(crate) fn found_indexes(definition: &TableDefinition, found: &TableDescription) -> Vec<IndexDefinition> {
    let index = |index: &GlobalSecondaryIndexDescription| {
        Some(IndexDefinition {
            name: index.index_name()?.to_owned(),
            key: found_key(definition, found, index.key_schema())?,
            projection: IndexProjection::found(index.projection()),
        })
    };
    found.global_secondary_indexes().iter().filter_map(index).collect()
}

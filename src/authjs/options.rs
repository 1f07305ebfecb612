//! The adapter's options: `@auth/dynamodb-adapter`'s names and defaults, and ours.

use std::time::Duration;

use super::item::is_own_attribute;
use crate::error::{Code, Error, Result};
use crate::tables::{
    IndexDefinition, IndexProjection, KeySchema, TableDefinition, check_resource_name, check_table_name,
};

/// How the table is named and how the adapter behaves.
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
    /// Whether calls that read the same at once share one request. Default: true.
    pub share_reads: bool,
    /// Whether `deleteUser` leaves items in the user's partition that the adapter does not write. Default: false, as
    /// `@auth/dynamodb-adapter` has it.
    pub delete_only_auth: bool,
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
            share_reads: true,
            delete_only_auth: false,
        }
    }
}

impl Options {
    /// `INVALID_CONFIG` for names that DynamoDB does not take, that are equal to each other, or that the adapter needs
    /// for itself.
    pub fn validate(&self) -> Result<()> {
        check_table_name(&self.table_name).map_err(|problem| invalid("tableName", problem))?;
        check_resource_name(&self.index_name).map_err(|problem| invalid("indexName", problem))?;
        let keys = self.key_attributes();
        for (at, (option, name)) in keys.iter().enumerate() {
            if name.is_empty() || name.len() > 255 {
                return Err(invalid(option, "must be an attribute name of 1 to 255 bytes"));
            }
            if is_own_attribute(name) || ["type", "expires", "userId"].contains(name) {
                return Err(invalid(
                    option,
                    &format!("cannot be \"{name}\": the adapter writes that attribute itself"),
                ));
            }
            if self.index_has_table_keys() && at >= 2 {
                continue;
            }
            if let Some((other, _)) = keys[..at].iter().find(|(_, earlier)| earlier == name) {
                return Err(invalid(
                    option,
                    &format!("is \"{name}\", and so is `{other}`; each key needs its own attribute"),
                ));
            }
        }
        Ok(())
    }

    /// Whether the index has the table's own keys, as `indexed_by_table_keys` describes.
    pub(super) fn index_has_table_keys(&self) -> bool {
        self.index_partition_key == self.partition_key && self.index_sort_key == self.sort_key
    }

    /// The table that these options describe.
    pub fn table(&self) -> TableDefinition {
        TableDefinition {
            name: self.table_name.clone(),
            key: KeySchema {
                partition_key: self.partition_key.clone(),
                sort_key: Some(self.sort_key.clone()),
            },
            indexes: vec![IndexDefinition {
                name: self.index_name.clone(),
                key: KeySchema {
                    partition_key: self.index_partition_key.clone(),
                    sort_key: Some(self.index_sort_key.clone()),
                },
                projection: IndexProjection::All,
            }],
            number_attributes: Vec::new(),
            ttl_attribute: Some("expires".into()),
        }
    }

    /// Whether an attribute is a key of the table or of its index.
    pub(super) fn is_key(&self, attribute: &str) -> bool {
        self.key_attributes().iter().any(|(_, name)| *name == attribute)
    }

    fn key_attributes(&self) -> [(&'static str, &str); 4] {
        [
            ("partitionKey", &self.partition_key),
            ("sortKey", &self.sort_key),
            ("indexPartitionKey", &self.index_partition_key),
            ("indexSortKey", &self.index_sort_key),
        ]
    }
}

fn invalid(option: &str, problem: &str) -> Error {
    Error::new(
        Code::InvalidConfig,
        format!("option `{option}` {problem}"),
        "Correct it in the options of DynamoDBAdapter",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_and_describe_the_upstream_table() {
        let options = Options::default();
        options.validate().unwrap();
        let table = options.table();
        assert_eq!(table.name, "next-auth");
        assert_eq!(table.key, KeySchema { partition_key: "pk".into(), sort_key: Some("sk".into()) });
        assert_eq!(table.indexes[0].name, "GSI1");
        assert_eq!(table.ttl_attribute.as_deref(), Some("expires"));
    }

    #[test]
    fn a_bad_name_is_refused_with_the_option_it_came_in() {
        let refused = |change: fn(&mut Options)| {
            let mut options = Options::default();
            change(&mut options);
            let error = options.validate().unwrap_err();
            assert_eq!(error.code(), Code::InvalidConfig);
            error.to_string()
        };
        assert!(refused(|o| o.table_name = "no spaces".into()).contains("`tableName`"));
        assert!(refused(|o| o.index_name = "".into()).contains("`indexName`"));
        assert!(refused(|o| o.sort_key = "pk".into()).contains("`partitionKey`"));
        assert!(refused(|o| o.partition_key = "type".into()).contains("\"type\""));
        assert!(refused(|o| o.index_partition_key = "pk".into()).contains("`partitionKey`"));
        assert!(refused(|o| o.index_sort_key = "sk".into()).contains("`sortKey`"));
        assert!(refused(|o| o.index_sort_key = "_own:x".into()).contains("`indexSortKey`"));
    }

    #[test]
    fn an_index_may_have_the_keys_of_the_table() {
        let index =
            Options { index_partition_key: "pk".into(), index_sort_key: "sk".into(), ..Options::default() };
        index.validate().unwrap();
        assert!(index.index_has_table_keys());
    }

    #[test]
    fn a_table_may_be_named_by_its_arn() {
        let table_name = "arn:aws:dynamodb:eu-central-1:123456789012:table/auth".into();
        Options { table_name, ..Options::default() }.validate().unwrap();
    }
}

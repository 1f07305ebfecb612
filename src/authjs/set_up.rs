//! The adapter as the owner of its table: which options take a table as it is.

use super::options::Options;
use crate::tables::{IndexDefinition, KeySchema, TableDefinition, TableOwner};

impl TableOwner for Options {
    fn tables(&self) -> Vec<TableDefinition> {
        vec![self.table()]
    }

    fn definitions(&self) -> &'static str {
        "authJsTable(options)"
    }

    fn name_option(&self, _table: &str) -> String {
        "tableName".to_owned()
    }

    fn options_for_key(&self, _table: &str, found: &KeySchema) -> Option<String> {
        let options = Options {
            partition_key: found.partition_key.clone(),
            sort_key: found.sort_key.clone()?,
            ..self.clone()
        };
        self.changed_to(&options)
    }

    fn options_for_index(
        &self,
        _table: &str,
        wanted: &IndexDefinition,
        found: &IndexDefinition,
    ) -> Option<String> {
        if !found.projection.covers(&wanted.projection) {
            return None;
        }
        let options = Options {
            index_name: found.name.clone(),
            index_partition_key: found.key.partition_key.clone(),
            index_sort_key: found.key.sort_key.clone()?,
            ..self.clone()
        };
        self.changed_to(&options)
    }
}

impl Options {
    /// The names that differ, if they can be given.
    fn changed_to(&self, other: &Options) -> Option<String> {
        other.validate().ok()?;
        let names = [
            ("partitionKey", &self.partition_key, &other.partition_key),
            ("sortKey", &self.sort_key, &other.sort_key),
            ("indexName", &self.index_name, &other.index_name),
            ("indexPartitionKey", &self.index_partition_key, &other.index_partition_key),
            ("indexSortKey", &self.index_sort_key, &other.index_sort_key),
        ];
        let changed: Vec<String> = names
            .iter()
            .filter(|(_, own, other)| own != other)
            .map(|(option, _, other)| format!("{option}: {other:?}"))
            .collect();
        (!changed.is_empty()).then(|| format!("DynamoDBAdapter the options `{{ {} }}`", changed.join(", ")))
    }
}

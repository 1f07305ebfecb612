//! The adapter as the owner of its tables: which configuration takes a table as it is.

use super::layout::{Layout, Model};
use crate::tables::{IndexDefinition, IndexProjection, KeySchema, TableDefinition, TableOwner};

impl TableOwner for Layout {
    fn tables(&self) -> Vec<TableDefinition> {
        Layout::tables(self)
    }

    fn definitions(&self) -> &'static str {
        "betterAuthTables(auth.options)"
    }

    fn name_option(&self, table: &str) -> String {
        match self.models_of(table).next() {
            _ if !self.is_declared => "tablePrefix".to_owned(),
            Some(model) => format!("tables.{}", model.key),
            None if self.email_lookups.as_deref() == Some(table) => "tables.emailLookups".to_owned(),
            None => "tables.claims".to_owned(),
        }
    }

    fn options_for_key(&self, table: &str, found: &KeySchema) -> Option<String> {
        let models: Vec<_> = self.models_of(table).collect();
        let has_field = |name: &String| {
            models.iter().all(|model| model.field(name).is_some_and(|field| field.kind.fits_a_key()))
        };
        if models.is_empty() || !has_field(&found.partition_key) || !found.sort_key.iter().all(has_field) {
            return None;
        }
        let sort_key = found.sort_key.as_ref().map(|name| format!(", skField: {name:?}")).unwrap_or_default();
        let key = format!("{{ pkField: {:?}{sort_key} }}", found.partition_key);
        let keys: Vec<String> = models.iter().map(|model| format!("{}: {key}", model.key)).collect();
        Some(format!("dynamodbAdapter `keySchemas: {{ {} }}`", keys.join(", ")))
    }

    fn options_for_index(
        &self,
        table: &str,
        wanted: &IndexDefinition,
        found: &IndexDefinition,
    ) -> Option<String> {
        let model = self
            .models_of(table)
            .find(|model| model.indexes.iter().any(|index| index.name == wanted.name))?;
        // An index with a further key answers for the wanted one, if every row has that key.
        let is_in_all = |name: &String| model.field(name).is_some_and(|field| field.required);
        let serves = found.key.partition_key == wanted.key.partition_key
            && (found.key.sort_key == wanted.key.sort_key
                || (wanted.key.sort_key.is_none() && found.key.sort_key.as_ref().is_some_and(is_in_all)));
        if !serves {
            return None;
        }
        let sort_key =
            found.key.sort_key.as_ref().map(|name| format!(", rangeKey: {name:?}")).unwrap_or_default();
        let projection = match &found.projection {
            IndexProjection::All => String::new(),
            IndexProjection::KeysOnly => ", projection: \"KEYS_ONLY\"".to_owned(),
            IndexProjection::Include(attributes) => format!(", projection: {{ include: {attributes:?} }}"),
        };
        let (name, key) = (&found.name, &found.key.partition_key);
        let index = format!("{{ indexName: {name:?}, hashKey: {key:?}{sort_key}{projection} }}");
        Some(format!("dynamodbAdapter `indexes: {{ {}: {{ {key:?}: {index} }} }}`", model.key))
    }
}

impl Layout {
    fn models_of(&self, table: &str) -> impl Iterator<Item = &Model> {
        self.models.iter().map(AsRef::as_ref).filter(move |model| model.table == table)
    }
}

//! Plain objects → settings. Their shape was checked by `js/check.js`, which words the errors for users; what fails
//! here is a mistake of our own JavaScript.

use std::time::Duration;

use super::js::{Js, Result};
use super::read::from_js;
use super::realm::Realm;
use crate::authjs::Options;
use crate::config::{ConnectionConfig, Environment as Variables, GivenCredentials};
use crate::error::{Code, Error};
use crate::secondary_storage;
use crate::tables::{IndexDefinition, IndexProjection, KeySchema, TableDefinition};
use crate::value::{Record, Value};

/// The properties of one object, taken out one by one.
pub(super) struct Fields {
    name: &'static str,
    record: Record,
}

impl Fields {
    pub(super) fn read(realm: &Realm, name: &'static str, value: Js) -> Result<Self> {
        Ok(Fields::from_value(name, from_js(realm, name, value)?)?)
    }

    fn from_value(name: &'static str, value: Value) -> crate::Result<Self> {
        match value {
            Value::Object(record) => Ok(Fields { name, record }),
            Value::Undefined => Ok(Fields { name, record: Record::new() }),
            _ => Err(unusable(name, "is not an object")),
        }
    }

    fn take<T>(&mut self, field: &str, read: impl FnOnce(Value) -> Option<T>) -> crate::Result<Option<T>> {
        match self.record.remove(field) {
            None | Some(Value::Undefined | Value::Null) => Ok(None),
            Some(value) => {
                let kind = format!("is of another type than expected: {value:?}");
                read(value).map(Some).ok_or_else(|| unusable(&format!("{}.{field}", self.name), &kind))
            }
        }
    }

    fn text(&mut self, field: &str) -> crate::Result<Option<String>> {
        self.take(field, |value| match value {
            Value::String(text) => Some(text),
            _ => None,
        })
    }

    fn required(&mut self, field: &str) -> crate::Result<String> {
        self.text(field)?.ok_or_else(|| unusable(&format!("{}.{field}", self.name), "is missing"))
    }

    fn flag(&mut self, field: &str) -> crate::Result<Option<bool>> {
        self.take(field, |value| match value {
            Value::Bool(flag) => Some(flag),
            _ => None,
        })
    }

    fn number(&mut self, field: &str) -> crate::Result<Option<f64>> {
        self.take(field, |value| match value {
            Value::Number(number) if number >= 0.0 => Some(number),
            _ => None,
        })
    }

    fn milliseconds(&mut self, field: &str) -> crate::Result<Option<Duration>> {
        // The limit is that of JavaScript's own timers.
        Ok(self
            .number(field)?
            .map(|number| Duration::from_secs_f64(number.min(f64::from(i32::MAX)) / 1000.0)))
    }

    fn list(&mut self, field: &str) -> crate::Result<Vec<Value>> {
        let list = self.take(field, |value| match value {
            Value::List(values) => Some(values),
            _ => None,
        });
        Ok(list?.unwrap_or_default())
    }
}

fn unusable(field: &str, problem: &str) -> Error {
    Error::new(Code::InvalidConfig, format!("`{field}` {problem}"), "")
}

/// The options of the Auth.js adapter.
pub(super) fn authjs_options(mut fields: Fields) -> crate::Result<Options> {
    let default = Options::default();
    let options = Options {
        table_name: fields.text("tableName")?.unwrap_or(default.table_name),
        partition_key: fields.text("partitionKey")?.unwrap_or(default.partition_key),
        sort_key: fields.text("sortKey")?.unwrap_or(default.sort_key),
        index_name: fields.text("indexName")?.unwrap_or(default.index_name),
        index_partition_key: fields.text("indexPartitionKey")?.unwrap_or(default.index_partition_key),
        index_sort_key: fields.text("indexSortKey")?.unwrap_or(default.index_sort_key),
        uniqueness: fields.flag("uniqueness")?.unwrap_or(default.uniqueness),
        consistent_reads: fields.flag("consistentReads")?.unwrap_or(default.consistent_reads),
        index_lag_timeout: fields.milliseconds("indexLagTimeout")?.unwrap_or(default.index_lag_timeout),
        share_reads: fields.flag("shareReads")?.unwrap_or(default.share_reads),
        // The one value that it has is checked by JavaScript.
        delete_only_auth: fields.text("deleteOnly")?.is_some(),
    };
    options.validate()?;
    Ok(options)
}

/// The options of the secondary storage.
pub(super) fn secondary_storage_options(mut fields: Fields) -> crate::Result<secondary_storage::Options> {
    let default = secondary_storage::Options::default();
    let table_name = fields.text("tableName")?.unwrap_or(default.table_name);
    let options = secondary_storage::Options { table_name };
    options.validate()?;
    Ok(options)
}

/// A connection's settings, but for a credentials function.
pub(super) fn connection_config(mut fields: Fields) -> crate::Result<ConnectionConfig> {
    let credentials = match fields.record.remove("credentials") {
        None | Some(Value::Undefined | Value::Null) => None,
        Some(value) => Some(static_credentials(Fields::from_value("connection.credentials", value)?)?),
    };
    let environment = match fields.record.remove("environment") {
        Some(Value::Object(variables)) => variables.into_iter().filter_map(|(name, value)| match value {
            Value::String(value) => Some((name, value)),
            _ => None,
        }),
        _ => return Err(unusable("connection.environment", "is missing")),
    };
    Ok(ConnectionConfig {
        region: fields.text("region")?,
        endpoint: fields.text("endpoint")?,
        credentials,
        profile: fields.text("profile")?,
        max_attempts: fields.number("maxAttempts")?.map(|number| number as u32),
        request_timeout: fields.milliseconds("requestTimeout")?,
        connection_timeout: fields.milliseconds("connectionTimeout")?,
        environment: std::sync::Arc::new(environment.collect::<Variables>()),
    })
}

fn static_credentials(mut fields: Fields) -> crate::Result<GivenCredentials> {
    // What is missing is said where credentials of all sources are checked.
    Ok(GivenCredentials::Static {
        access_key_id: fields.text("accessKeyId")?.unwrap_or_default(),
        secret_access_key: fields.text("secretAccessKey")?.unwrap_or_default(),
        session_token: fields.text("sessionToken")?,
    })
}

/// The definitions of tables.
pub(super) fn table_definitions(value: Value) -> crate::Result<Vec<TableDefinition>> {
    match value {
        Value::List(definitions) => definitions.into_iter().map(table_definition).collect(),
        definition => Ok(vec![table_definition(definition)?]),
    }
}

fn table_definition(value: Value) -> crate::Result<TableDefinition> {
    let mut fields = Fields::from_value("definition", value)?;
    Ok(TableDefinition {
        name: fields.required("tableName")?,
        key: key_schema(&mut fields)?,
        indexes: fields.list("indexes")?.into_iter().map(index_definition).collect::<crate::Result<_>>()?,
        number_attributes: texts("definition.numberAttributes", fields.list("numberAttributes")?)?,
        ttl_attribute: fields.text("ttlAttribute")?,
    })
}

fn texts(name: &str, values: Vec<Value>) -> crate::Result<Vec<String>> {
    let text = |value| match value {
        Value::String(text) => Ok(text),
        _ => Err(unusable(name, "holds something that is not a string")),
    };
    values.into_iter().map(text).collect()
}

fn index_definition(value: Value) -> crate::Result<IndexDefinition> {
    let mut fields = Fields::from_value("definition.indexes", value)?;
    Ok(IndexDefinition {
        name: fields.required("indexName")?,
        key: key_schema(&mut fields)?,
        projection: index_projection(fields.record.remove("projection"))?,
    })
}

fn index_projection(value: Option<Value>) -> crate::Result<IndexProjection> {
    let name = "definition.indexes.projection";
    match value {
        None | Some(Value::Undefined | Value::Null) => Ok(IndexProjection::All),
        Some(Value::String(kind)) if kind == "ALL" => Ok(IndexProjection::All),
        Some(Value::String(kind)) if kind == "KEYS_ONLY" => Ok(IndexProjection::KeysOnly),
        Some(value) => {
            let mut fields = Fields::from_value(name, value)?;
            Ok(IndexProjection::Include(texts(name, fields.list("include")?)?))
        }
    }
}

fn key_schema(fields: &mut Fields) -> crate::Result<KeySchema> {
    Ok(KeySchema { partition_key: fields.required("partitionKey")?, sort_key: fields.text("sortKey")? })
}

/// A definition as JavaScript has it: the other way round.
pub(super) fn from_table_definition(table: TableDefinition) -> Value {
    let mut definition = Record::new();
    definition.set("tableName", table.name);
    set_key_schema(&mut definition, table.key);
    let indexes = table.indexes.into_iter().map(|index| {
        let mut definition = Record::new();
        definition.set("indexName", index.name);
        set_key_schema(&mut definition, index.key);
        match index.projection {
            IndexProjection::All => {}
            IndexProjection::KeysOnly => definition.set("projection", "KEYS_ONLY"),
            IndexProjection::Include(attributes) => {
                let include = from_texts(attributes);
                definition.set(
                    "projection",
                    Value::Object(std::iter::once(("include".to_owned(), include)).collect()),
                );
            }
        }
        Value::Object(definition)
    });
    definition.set("indexes", Value::List(indexes.collect()));
    if !table.number_attributes.is_empty() {
        definition.set("numberAttributes", from_texts(table.number_attributes));
    }
    if let Some(attribute) = table.ttl_attribute {
        definition.set("ttlAttribute", attribute);
    }
    Value::Object(definition)
}

fn from_texts(texts: Vec<String>) -> Value {
    Value::List(texts.into_iter().map(Value::String).collect())
}

fn set_key_schema(definition: &mut Record, key: KeySchema) {
    definition.set("partitionKey", key.partition_key);
    if let Some(sort_key) = key.sort_key {
        definition.set("sortKey", sort_key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(properties: &[(&str, Value)]) -> Value {
        Value::Object(properties.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    }

    fn options(properties: &[(&str, Value)]) -> crate::Result<Options> {
        authjs_options(Fields::from_value("options", object(properties))?)
    }

    #[test]
    fn options_have_the_defaults_of_the_core() {
        assert_eq!(options(&[]).unwrap(), Options::default());
        assert_eq!(options(&[("tableName", Value::Undefined)]).unwrap(), Options::default());
    }

    #[test]
    fn every_option_arrives() {
        let given = options(&[
            ("tableName", "users".into()),
            ("partitionKey", "hash".into()),
            ("sortKey", "range".into()),
            ("indexName", "by-lookup".into()),
            ("indexPartitionKey", "lookup-hash".into()),
            ("indexSortKey", "lookup-range".into()),
            ("uniqueness", Value::Bool(false)),
            ("consistentReads", Value::Bool(true)),
            ("indexLagTimeout", Value::Number(0.0)),
            ("shareReads", Value::Bool(false)),
            ("deleteOnly", "auth".into()),
        ]);
        let expected = Options {
            table_name: "users".into(),
            partition_key: "hash".into(),
            sort_key: "range".into(),
            index_name: "by-lookup".into(),
            index_partition_key: "lookup-hash".into(),
            index_sort_key: "lookup-range".into(),
            uniqueness: false,
            consistent_reads: true,
            index_lag_timeout: Duration::ZERO,
            share_reads: false,
            delete_only_auth: true,
        };
        assert_eq!(given.unwrap(), expected);
    }

    #[test]
    fn another_type_is_refused_without_its_value() {
        let error = options(&[("tableName", Value::List(vec!["secret".into()]))]).unwrap_err();
        assert_eq!(error.code(), Code::InvalidConfig);
        assert!(error.to_string().contains("`options.tableName`"), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }

    #[test]
    fn a_definition_is_the_same_on_both_sides() {
        let table = Options::default().table();
        let definitions = from_table_definition(table.clone());
        assert_eq!(table_definitions(definitions.clone()).unwrap(), vec![table.clone()]);
        assert_eq!(table_definitions(Value::List(vec![definitions])).unwrap(), vec![table]);
    }

    #[test]
    fn settings_arrive() {
        let config = connection_config(
            Fields::from_value(
                "connection",
                object(&[
                    ("region", "eu-north-1".into()),
                    ("requestTimeout", Value::Number(1500.0)),
                    ("maxAttempts", Value::Number(4.0)),
                    (
                        "credentials",
                        object(&[("accessKeyId", "id".into()), ("secretAccessKey", "secret".into())]),
                    ),
                    ("environment", object(&[("AWS_REGION", "us-east-1".into())])),
                ]),
            )
            .unwrap(),
        )
        .unwrap();
        assert_eq!(config.region.as_deref(), Some("eu-north-1"));
        assert_eq!(config.request_timeout, Some(Duration::from_millis(1500)));
        assert_eq!(config.connection_timeout, None);
        assert_eq!(config.max_attempts, Some(4));
        assert!(matches!(config.credentials, Some(GivenCredentials::Static { session_token: None, .. })));
        assert_eq!(config.environment["AWS_REGION"], "us-east-1");
    }
}
